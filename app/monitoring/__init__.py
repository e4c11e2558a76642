"""Monitoring -> Operations: the hub. It knows stored runs and the catalog, never a plugin."""

from app.core import NavItem
from app.monitoring import export_pages, list_pages, run_pages  # noqa: F401 - their views register themselves
from app.monitoring.blueprints import fragments, pages

NAV = NavItem("Operations", "monitoring.index", "activity")
BLUEPRINTS = (pages, fragments)

__all__ = ["BLUEPRINTS", "NAV"]
