"""Comparing two tenants: matched by name, since ids differ; it reads only, and keeps nothing."""
