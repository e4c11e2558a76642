"""Plugins: what they declare, how they are found, where their migrations live."""
