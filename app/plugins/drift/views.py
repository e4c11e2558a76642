"""The page on which two syncs are chosen and compared, and where a scope gets its baseline."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    find_run,
    may,
    retry_offer,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.drift.baselines import baseline_of
from app.plugins.drift.blueprints import drift_pages
from app.plugins.drift.pair import latest_pair
from app.plugins.inventory import comparable_syncs, scope_label


@drift_pages.get("")
@tenant_required(Role.READONLY)
def index() -> str:
    """Choose scope, baseline and current, and start; with fewer than two snapshots, say so."""
    return render_template("drift/index.html", **_landing(request.args.get("scope", "").strip() or None))


@drift_pages.post("")
@tenant_required(Role.OPERATOR)
def start() -> ResponseReturnValue:
    """Queue a generation and show the link to its run."""
    params = {name: request.form.get(name, "") for name in ("baseline_run_id", "current_run_id")}
    try:
        started = start_operation(
            current_catalog(), current_tenant(), "drift.generate", params, signed_in_user()
        )
    except InvalidInputError as error:
        landing = {**_landing(request.form.get("scope") or None), "error": str(error)}
        return render_template("drift/index.html", **landing), 422
    state = "queued" if started.created else "active"
    return redirect(
        url_for("drift.index", scope=request.form.get("scope") or None, run=started.run_id, state=state)
    )


def _landing(scope_key: str | None) -> JsonObject:
    tenant = current_tenant()
    everything = comparable_syncs(tenant)
    scopes = {sync.selection_hash: scope_label(sync.source) for sync in everything}
    if scope_key is not None and scope_key not in scopes:
        raise InvalidInputError(f"scope: this tenant has no finished sync of scope {scope_key[:40]!r}")
    chosen = scope_key or (everything[0].selection_hash if everything else None)
    syncs = [sync for sync in everything if sync.selection_hash == chosen]
    started = find_run(tenant, request.args.get("run", 0, type=int))
    return {
        "scopes": scopes,
        "chosen_scope": chosen,
        "syncs": syncs,
        "baseline": baseline_of(tenant, chosen) if chosen else None,
        "may_manage": may(Role.MANAGER),
        "pair": latest_pair(tenant, chosen) if chosen else None,
        "started": started,
        "retry": retry_offer(started.id) if started else None,
        "was_active": request.args.get("state") == "active",
        "error": None,
    }
