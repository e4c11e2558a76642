"""The addresses under which drift's pages stand."""

from flask import Blueprint

drift_pages = Blueprint("drift", __name__, url_prefix="/t/<tenant>/drift", template_folder="templates")
finding_pages = Blueprint(
    "findings", __name__, url_prefix="/t/<tenant>/findings", template_folder="templates"
)
