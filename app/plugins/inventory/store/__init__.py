"""The snapshot store: writing costs what changed, and so does comparing."""
