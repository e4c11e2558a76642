"""The page of the trend."""

from flask import render_template, request

from app.core import InvalidInputError, Role, current_tenant, tenant_required
from app.plugins.drift.blueprints import finding_pages
from app.plugins.drift.trend import PERIODS, finding_trend
from app.plugins.inventory import comparable_syncs, scope_label


@finding_pages.get("/trend")
@tenant_required(Role.READONLY)
def trend() -> str:
    """Findings by severity over time, of one scope or of all."""
    tenant, scope = current_tenant(), request.args.get("scope", "").strip()
    scopes = {sync.selection_hash: scope_label(sync.source) for sync in comparable_syncs(tenant)}
    if scope and scope not in scopes:
        raise InvalidInputError(f"scope: this tenant has no finished sync of scope {scope[:40]!r}")
    days = request.args.get("days", "").strip() or str(PERIODS[0])
    if days not in map(str, PERIODS):
        raise InvalidInputError(f"days: {days[:40]!r} is none of {', '.join(map(str, PERIODS))}")
    return render_template(
        "findings/trend.html",
        trend=finding_trend(tenant, scope or None, int(days)),
        scopes=scopes,
        chosen_scope=scope,
        periods=PERIODS,
        days=int(days),
    )
