"""Microsoft Graph: how a tenant's policies are reached there. Other plugins use the names in `__all__`."""

from app.core import Plugin
from app.plugins.graph.bodies import changed_body, new_body
from app.plugins.graph.client import GraphClient, graph_of
from app.plugins.graph.connection import is_connected
from app.plugins.graph.errors import (
    ApprovalPendingError,
    GraphAwayError,
    GraphError,
    GraphRefusedError,
    NotConnectedError,
    OutcomeUnclearError,
)
from app.plugins.graph.policies import GraphPolicies
from app.plugins.graph.resources import PolicyResource, resource_of, writable_types
from app.plugins.graph.settings import GraphSettings

plugin = Plugin(name="graph", version="1.0.0", settings=GraphSettings)

__all__ = [
    "ApprovalPendingError",
    "GraphAwayError",
    "GraphClient",
    "GraphError",
    "GraphPolicies",
    "GraphRefusedError",
    "NotConnectedError",
    "OutcomeUnclearError",
    "PolicyResource",
    "changed_body",
    "graph_of",
    "is_connected",
    "new_body",
    "plugin",
    "resource_of",
    "writable_types",
]
