"""Deciding on a held group from the page of findings."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    Role,
    current_tenant,
    db,
    may,
    record_audit,
    signed_in_user,
    tenant_required,
)
from app.plugins.drift.holds.deciding import confirm_hold, dismiss_hold, find_hold

hold_pages = Blueprint("finding_holds", __name__, url_prefix="/t/<tenant>/findings/holds")


@hold_pages.post("/<int:hold_id>")
@tenant_required(Role.OPERATOR)
def decide(hold_id: int) -> ResponseReturnValue:
    """Confirm a group, or as a manager dismiss it."""
    tenant, user, what = current_tenant(), signed_in_user(), request.form.get("do", "")
    if what not in {"confirm", "dismiss"}:
        raise InvalidInputError(f"do: {what[:40]!r} is neither confirm nor dismiss")
    if find_hold(tenant, hold_id) is None or (what == "dismiss" and not may(Role.MANAGER)):
        _refuse(hold_id, what)
    reason = request.form.get("reason", "")
    if what == "confirm":
        confirm_hold(tenant, hold_id, user, reason=reason)
        flash("The findings of the group count like any other now; the next look tells them as new.", "info")
    else:
        dismiss_hold(tenant, hold_id, user, reason=reason)
        flash("The group is dismissed: its findings stay held as long as they say the same.", "info")
    return redirect(url_for("findings.index"))


def _refuse(hold_id: int, what: str) -> None:
    tenant, user = current_tenant(), signed_in_user()
    record_audit(
        tenant.id,
        "finding_hold.refused",
        f"finding_hold:{min(hold_id, 2**31)}",
        user_id=user.id,
        actor=user.email,
        details={"do": what},
    )
    db.session.commit()
    abort(403)
