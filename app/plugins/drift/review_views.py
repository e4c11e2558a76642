"""Acknowledging on pages: one finding or its paths, chosen ones, or all that match; and taking it back."""

import re
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    db,
    record_audit,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.drift.acknowledging import acknowledge
from app.plugins.drift.deciding import decision_of, end_of, reason_of
from app.plugins.drift.finding_filters import ShownFindings, read_shown
from app.plugins.drift.finding_list import listed
from app.plugins.drift.finding_page import shown
from app.plugins.drift.findings import Choice, FindingFilter, find_finding, seen_findings
from app.plugins.drift.models import Finding
from app.plugins.drift.withdrawing import withdraw

SEEN = re.compile(r"[1-9]\d{0,8}:[1-9]\d{0,8}")

review_pages = Blueprint("reviews", __name__, url_prefix="/t/<tenant>/findings", template_folder="templates")


@review_pages.post("/acknowledge")
@tenant_required(Role.OPERATOR)
def acknowledge_many() -> ResponseReturnValue:
    """Queue acknowledging the selected findings, or every one that matches the filter as it was seen."""
    chosen = read_shown(request.form)
    try:
        params = _params(chosen)
        started = start_operation(
            current_catalog(), current_tenant(), "finding.acknowledge", params, signed_in_user()
        )
    except InvalidInputError as error:
        return render_template("findings/index.html", **listed(chosen), error=str(error)), 422
    return redirect(url_for("findings.index", **chosen.query, started=started.run_id))


@review_pages.post("/<int:finding_id>/acknowledge")
@tenant_required(Role.OPERATOR)
def acknowledge_one(finding_id: int) -> ResponseReturnValue:
    """Acknowledge a finding as it was seen, or what changed at chosen paths."""
    finding = _visible(finding_id)
    typed = request.form
    try:
        decision = decision_of(typed.get("reason", ""), typed.get("until", ""), signed_in_user())
        acknowledge(current_tenant(), finding.id, _revision(), decision, _paths())
    except InvalidInputError as error:
        return _refused(finding_id, error)
    flash("Acknowledged. It is new again when it changes.", "info")
    return redirect(url_for("findings.show", finding_id=finding.id))


@review_pages.post("/<int:finding_id>/unacknowledge")
@tenant_required(Role.OPERATOR)
def withdraw_one(finding_id: int) -> ResponseReturnValue:
    """Take the acknowledgements of a finding back."""
    finding = _visible(finding_id)
    try:
        withdraw(current_tenant(), finding.id, signed_in_user(), request.form.get("reason", ""))
    except InvalidInputError as error:
        return _refused(finding_id, error)
    flash("The acknowledgement is taken back.", "info")
    return redirect(url_for("findings.show", finding_id=finding.id))


def _params(chosen: ShownFindings) -> JsonObject:
    """Parameters of `finding.acknowledge`, as the form has them.

    Raises:
        InvalidInputError: nothing is chosen, other findings match than were seen, or a text is wrong.
    """
    end = end_of(request.form.get("until", ""))
    params: JsonObject = {
        "reason": reason_of(request.form.get("reason", "")),
        "until": end.isoformat() if end else None,
        "matching": urlencode(chosen.filters),
    }
    return params | {"findings": _chosen(chosen.wanted)}


def _chosen(wanted: FindingFilter) -> list[str]:
    if request.form.get("which") != "all":
        return _selected()
    matching = seen_findings(current_tenant(), wanted.new_ones)
    if request.form.get("choice", "") != str(Choice.of(matching)):
        raise InvalidInputError(
            f"what matches these filters has changed: {len(matching):,} do now. Look at them, then decide"
        )
    return [f"{number}:{revision}" for number, revision in matching]


def _selected() -> list[str]:
    chosen = request.form.getlist("chosen")
    wrong = next((text for text in chosen if not SEEN.fullmatch(text)), None)
    if wrong is not None:
        raise InvalidInputError(f"chosen: {wrong[:40]!r} is no number and revision of a finding")
    if not chosen:
        raise InvalidInputError("chosen: choose at least one finding")
    return chosen


def _paths() -> list[str]:
    """The chosen paths; none: the finding as a whole is meant."""
    if request.form.get("which") != "paths":
        return []
    paths = request.form.getlist("path")
    if not paths:
        raise InvalidInputError("path: choose at least one, or acknowledge the whole finding")
    return paths


def _revision() -> int:
    text = request.form.get("revision", "")
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInputError(f"revision: {text[:40]!r} is no number")
    return int(text)


def _visible(finding_id: int) -> Finding:
    """A finding of this tenant; an attempt on another is answered alike, and kept in the audit log."""
    tenant, user = current_tenant(), signed_in_user()
    finding = find_finding(tenant, finding_id)
    if finding is None:
        record_audit(
            tenant.id,
            "finding.acknowledging_refused",
            f"finding:{finding_id}",
            user_id=user.id,
            actor=user.email,
        )
        db.session.commit()
        abort(403)
    return finding


def _refused(finding_id: int, error: InvalidInputError) -> ResponseReturnValue:
    finding = find_finding(current_tenant(), finding_id)
    if finding is None:
        abort(403)
    return render_template("findings/show.html", **shown(finding), error=str(error)), 422
