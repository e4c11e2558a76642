"""Repeating a run from the page of what it made; the hub itself only shows."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.access import current_tenant, may, signed_in_user, tenant_required
from app.core.errors import InvalidInputError, PermissionDeniedError
from app.core.registry.catalog import current_catalog
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import find_run
from app.core.runs.retry import is_worth_retrying, retry_run, why_not
from app.core.users import Role

retry_pages = Blueprint("retry", __name__, url_prefix="/t/<tenant>/runs")


@dataclass(frozen=True)
class RetryOffer:
    """What a page may offer for a run that did not plainly succeed.

    Attributes:
        run_id: the run.
        label: of its operation.
        failed_items: whether its failed and unprocessed items alone may be repeated.
    """

    run_id: int
    label: str
    failed_items: bool


def retry_offer(run_id: int) -> RetryOffer | None:
    """What the viewer may repeat of a run of the current tenant; nothing: it is gone, fine, or not theirs.

    Args:
        run_id: number of the run.
    """
    run = find_run(current_tenant(), run_id)
    if run is None or not is_worth_retrying(run):
        return None
    operation = current_catalog().find_operation(run.run_type)
    if operation is None or not may(operation.role):
        return None
    return RetryOffer(run.id, run.label, failed_items=why_not(operation, run, failed_only=True) is None)


@retry_pages.post("/<int:run_id>/retry")
@tenant_required(Role.OPERATOR)
def retry(run_id: int) -> ResponseReturnValue:
    """Start the new run and go to its page."""
    run = _visible(run_id)
    failed_only = _choice(request.form.get("items", "all"))
    started = retry_run(
        current_catalog(), current_tenant(), run.id, signed_in_user(), failed_only=failed_only
    )
    if started.created:
        flash(f"{started.label}: queued again.", "info")
    else:
        flash(f"{started.label}: already running.", "warning")
    return redirect(url_for("monitoring.show", run_id=started.run_id))


def _visible(run_id: int) -> BulkOperationRun:
    run = find_run(current_tenant(), run_id)
    if run is None:
        raise PermissionDeniedError(f"run {run_id}")
    return run


def _choice(items: str) -> bool:
    if items not in {"all", "failed"}:
        raise InvalidInputError(f"items: {items[:40]!r} is none of all, failed")
    return items == "failed"
