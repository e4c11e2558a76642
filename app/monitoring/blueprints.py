"""Where the hub's pages and the fragments that refresh them are registered."""

from flask import Blueprint

pages = Blueprint(
    "monitoring", __name__, url_prefix="/t/<tenant>/monitoring/operations", template_folder="templates"
)
fragments = Blueprint(
    "monitoring_fragments", __name__, url_prefix=pages.url_prefix, template_folder="templates"
)
