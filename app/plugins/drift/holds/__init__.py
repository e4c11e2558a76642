"""Holds: groups of findings that wait for a person's word, because a gate holds them."""
