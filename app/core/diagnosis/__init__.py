"""What is wrong with plugins, their tables and the workers, for owners and administrators."""
