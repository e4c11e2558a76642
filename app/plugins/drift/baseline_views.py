"""The baselines of a tenant on pages: setting and clearing them, and every version there was."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import InvalidInputError, Role, current_tenant, signed_in_user, tenant_required
from app.plugins.drift.baselines import baseline_versions, clear_baseline, set_baseline
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


@baseline_pages.post("")
@tenant_required(Role.MANAGER)
def change() -> ResponseReturnValue:
    """Set or clear the baseline of a scope."""
    tenant, scope_key = current_tenant(), request.form.get("scope", "")
    sync_run_id = request.form.get("sync", "")
    if request.form.get("do") == "clear":
        clear_baseline(tenant, scope_key, signed_in_user(), reason=request.form.get("reason", ""))
        flash("This scope has no baseline any more.", "info")
    else:
        if not sync_run_id.isdecimal():
            raise InvalidInputError(f"sync: {sync_run_id[:40]!r} is no number of a sync")
        name, reason = (request.form.get(field, "") for field in ("name", "reason"))
        baseline = set_baseline(tenant, int(sync_run_id[:9]), signed_in_user(), name=name, reason=reason)
        scope_key = baseline.scope_key
        flash(
            f"Every later sync of this scope is now compared with sync {baseline.sync_run_id}, version "
            f"{baseline.version} of the baseline. Findings absorbed: {baseline.absorbed:,}.",
            "info",
        )
    return redirect(url_for("drift.index", scope=scope_key))
