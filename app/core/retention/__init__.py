"""Retention: how long final runs are kept, and the run type that removes older ones."""
