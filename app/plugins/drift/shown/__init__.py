"""What the page of a finding makes of what is stored: words, groups, assignments, and where it came from."""
