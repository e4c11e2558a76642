"""Revisions of the tables that are adrift."""
