"""The page of audit events: what is kept, and where more is imported."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    Role,
    current_catalog,
    current_tenant,
    may,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.drift.audit.importing import KEPT
from app.plugins.drift.audit.store import kept_events
from app.plugins.drift.blueprints import drift_pages
from app.plugins.inventory import choices_of, chosen_export


@drift_pages.get("/audit")
@tenant_required(Role.READONLY)
def audit() -> str:
    """What is kept, and for operators the form."""
    return _page(None)


@drift_pages.post("/audit")
@tenant_required(Role.OPERATOR)
def import_audit() -> ResponseReturnValue:
    """Start an import of an uploaded or laid-in export."""
    try:
        path = chosen_export(current_tenant(), request.form.get("export", ""), request.files.get("file"))
    except InvalidInputError as error:
        return _page(str(error)), 422
    params, user = {"path": str(path)}, signed_in_user()
    started = start_operation(current_catalog(), current_tenant(), "audit_events.import", params, user)
    return redirect(url_for("monitoring.show", run_id=started.run_id))


def _page(error: str | None) -> str:
    tenant = current_tenant()
    return render_template(
        "drift/audit.html",
        kept=kept_events(tenant),
        days=KEPT.days,
        exports=choices_of(tenant) if may(Role.OPERATOR) else [],
        error=error,
    )
