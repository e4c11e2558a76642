"""Where the hub's pages and the fragments that refresh them are registered."""

from flask import Blueprint

pages = Blueprint(
    "monitoring", __name__, url_prefix="/t/<tenant>/monitoring/operations", template_folder="templates"
)
fragments = Blueprint(
    "monitoring_fragments", __name__, url_prefix=pages.url_prefix, template_folder="templates"
)
# What is a member's own, and no run's: the pages above change nothing.
views = Blueprint(
    "saved_views", __name__, url_prefix=f"{pages.url_prefix}/views", template_folder="templates"
)
