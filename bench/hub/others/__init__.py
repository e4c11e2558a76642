"""Other hubs over 100,000 finished tasks; each runs in an environment of its own and prints milliseconds."""
