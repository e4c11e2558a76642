"""The versions of a tenant's baselines, on a page."""

from flask import Blueprint, render_template

from app.core import Role, current_tenant, tenant_required
from app.plugins.drift.baselines import baseline_versions
from app.plugins.inventory import comparable_syncs, scope_label

baseline_pages = Blueprint(
    "baselines", __name__, url_prefix="/t/<tenant>/drift/baseline", template_folder="templates"
)


@baseline_pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Every version of every baseline, newest first in each scope."""
    tenant = current_tenant()
    scopes = {sync.selection_hash: scope_label(sync.source) for sync in comparable_syncs(tenant)}
    return render_template("drift/baseline.html", versions=baseline_versions(tenant), scopes=scopes)
