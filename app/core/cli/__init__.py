"""The command line: `flask tenants | users | runs | plugins | worker | serve`, and `flask db upgrade`."""
