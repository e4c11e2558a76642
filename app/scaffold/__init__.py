"""`flask plugins new`: a plugin that runs, written from templates and checked at once."""

from app.scaffold.command import new

__all__ = ["new"]
