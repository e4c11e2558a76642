"""The page of one finding: what happened, why it matters, and where it came from."""

from flask import abort, render_template, request

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    current_tenant,
    kept_runs,
    signed_in_user,
    tenant_required,
)
from app.plugins.drift.acknowledgements import acknowledgements_of
from app.plugins.drift.audit.attribution import who_changed
from app.plugins.drift.blueprints import finding_pages
from app.plugins.drift.findings import find_finding
from app.plugins.drift.history import history_of, runs_in
from app.plugins.drift.models import Finding
from app.plugins.drift.shown.assignments import AssignmentPair, assignment_pairs, spoken_targets
from app.plugins.drift.shown.captures import Captures, captures_of, content_of
from app.plugins.drift.shown.change_groups import change_groups
from app.plugins.drift.shown.elsewhere import same_change_elsewhere
from app.plugins.drift.shown.names import Names, filters_of, groups_in
from app.plugins.inventory import list_rules

LAYOUTS = {"sides": "Side by side", "unified": "Unified"}


@finding_pages.get("/<int:finding_id>")
@tenant_required(Role.READONLY)
def show(finding_id: int) -> str:
    """One finding: before and after, side by side or unified."""
    finding = find_finding(current_tenant(), finding_id)
    if finding is None:
        abort(403)
    return render_template("findings/show.html", **shown(finding))


def shown(finding: Finding) -> JsonObject:
    """What the page of a finding needs."""
    tenant = current_tenant()
    captures, history = captures_of(tenant, finding), history_of(finding)
    return {
        "finding": finding,
        "layout": _layout(),
        "layouts": LAYOUTS,
        "captures": captures,
        "changed_by": who_changed(tenant, finding, captures),
        "elsewhere": same_change_elsewhere(tenant, finding, signed_in_user()),
        "acknowledgements": acknowledgements_of(finding),
        "history": history,
        "kept_runs": kept_runs(tenant, runs_in(history)),
        **_changes(finding, captures),
    }


def _changes(finding: Finding, captures: Captures) -> JsonObject:
    pairs = _assignments(finding, captures)
    entries = finding.evidence["entries"]
    return {"assignments": pairs, "groups": change_groups(entries, spoken_targets(pairs))}


def _assignments(finding: Finding, captures: Captures) -> list[AssignmentPair]:
    tenant = current_tenant()
    before, after = (
        content_of(tenant, finding.collection, digest) for digest in (finding.before_hash, finding.after_hash)
    )
    if not (before.get("assignments") or after.get("assignments")):
        return []
    filters = filters_of(captures.newest) if captures.newest else {}
    names = Names(groups_in((before, after)), filters)
    return assignment_pairs(before, after, names, list_rules)


def _layout() -> str:
    chosen = request.args.get("view", "").strip() or "sides"
    if chosen not in LAYOUTS:
        raise InvalidInputError(f"view: {chosen[:40]!r} is none of {', '.join(LAYOUTS)}")
    return chosen
