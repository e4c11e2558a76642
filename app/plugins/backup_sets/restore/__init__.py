"""Bringing kept versions back: what a restore would do, and doing it."""
