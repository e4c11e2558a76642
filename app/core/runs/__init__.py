"""Runs: the one record of every long-running operation, and everything that may change it."""
