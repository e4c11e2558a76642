"""What keeping policies costs, beside a bare loop that writes the same rows."""
