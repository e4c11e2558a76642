"""Drift over inventories of many sizes."""
