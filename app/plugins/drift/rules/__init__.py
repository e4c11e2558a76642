"""Ignore rules: those that plugins declare and those that people make, alike."""
