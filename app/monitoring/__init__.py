"""Monitoring -> Operations: the hub. It knows stored runs and the catalog, never a plugin."""

from app.core import NavItem
from app.monitoring import (  # noqa: F401 - their views register themselves
    export_pages,
    list_pages,
    run_pages,
    view_pages,
)
from app.monitoring.blueprints import fragments, pages, views

NAV = NavItem("Operations", "monitoring.index", "activity")
BLUEPRINTS = (pages, fragments, views)

__all__ = ["BLUEPRINTS", "NAV"]
