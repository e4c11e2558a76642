"""The command line: `flask tenants | users | runs | plugins | worker | workers | serve`, and `flask db`."""
