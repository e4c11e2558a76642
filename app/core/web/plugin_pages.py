"""Plugins: what is loaded and what is wrong, for people who own a tenant."""

from flask import Blueprint, abort, render_template
from flask_login import login_required

from app.core.access import owned_tenants, signed_in_user
from app.core.diagnosis.complaints import complaints
from app.core.diagnosis.workers import crew
from app.core.registry.catalog import current_catalog
from app.core.registry.faults import fault_log
from app.core.registry.lineage_states import lineage_states

plugin_pages = Blueprint("plugins", __name__, url_prefix="/plugins")


@plugin_pages.get("")
@login_required  # type: ignore[untyped-decorator]  # flask-login has no types
def index() -> str:
    """Every plugin of this deployment; of runs, only those in the viewer's own tenants are told."""
    tenants = owned_tenants(signed_in_user())
    if not tenants:
        abort(403)
    catalog = current_catalog()
    states = lineage_states(catalog)
    return render_template(
        "core/plugins/index.html",
        catalog=catalog,
        complaints=complaints(catalog, fault_log().faults(), states, tenants),
        standings={state.name: state for state in states},
        crew=crew(catalog),
    )
