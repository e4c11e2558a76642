"""Microsoft Graph: how policies are reached there. Other plugins use the names in `__all__`."""

from app.core import Plugin
from app.plugins.graph.resources import PolicyResource, resource_of, writable_types

plugin = Plugin(name="graph", version="1.0.0")

__all__ = ["PolicyResource", "plugin", "resource_of", "writable_types"]
