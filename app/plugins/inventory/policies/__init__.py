"""Policies as data: what kind they are, who they are, and when two of them are the same. No I/O."""
