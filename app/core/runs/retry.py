"""Repeating a run: a new run of the same operation, linked both ways."""

from dataclasses import replace

from app.core import audit
from app.core.access import require_role
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.registry.catalog import Catalog
from app.core.registry.contract import AnyOperation
from app.core.runs.items import Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator, Started
from app.core.runs.parameters import accepted
from app.core.runs.queries import find_run
from app.core.runs.start import new_run, start_new
from app.core.runs.status import StatusBucket
from app.core.tenants import Tenant
from app.core.users import User


def retry_run(
    catalog: Catalog, tenant: Tenant, run_id: int, user: User | None = None, *, failed_only: bool = False
) -> Started:
    """Start a new run with the parameters of one that has ended, under today's permissions.

    Args:
        catalog: the loaded plugins.
        tenant: where.
        run_id: the run to repeat.
        user: who asks; none: the administrator on the command line.
        failed_only: only its items that failed or were not processed; unknown ones too if the operation
            may do an item twice.

    Raises:
        InvalidInputError: there is no such run, it has not ended, or its failed items cannot be told.
        UnknownRunTypeError: no loaded plugin offers its run type any more.
        InvalidParametersError: its parameters do not fit today's version of the operation, or the tenant.
        PermissionDeniedError: the user's role is too low.
    """
    run = find_run(tenant, run_id)
    if run is None:
        raise InvalidInputError(f"no run {run_id}")
    operation = catalog.operation(run.run_type)
    if user is not None:
        require_role(user, tenant, operation.role)
    reason = why_not(operation, run, failed_only=failed_only)
    if reason is not None:
        raise InvalidInputError(f"run {run_id}: {reason}")
    again = new_run(catalog, operation, tenant, accepted(operation, tenant, run.params))
    again = replace(again, retry_of_id=run.id)
    if failed_only:
        again = replace(again, item_ids=(), items_listed=True, retried_outcomes=repeated(operation))
    initiator = Initiator.of(user)

    def record(run_id_again: int) -> None:
        audit.record(
            tenant.id,
            "run.retried",
            f"run:{run_id}",
            user_id=initiator.user_id,
            actor=initiator.name,
            details={"retried_as": run_id_again, "failed_only": failed_only},
        )

    db.session.commit()
    return start_new(tenant, again, initiator, together=record)


def repeated(operation: AnyOperation) -> tuple[Outcome, ...]:
    """Which items `failed_only` repeats."""
    open_ones = (Outcome.FAILED, Outcome.PENDING, Outcome.IN_FLIGHT)
    return (*open_ones, Outcome.UNKNOWN) if operation.idempotent_items else open_ones


def why_not(operation: AnyOperation, run: BulkOperationRun, *, failed_only: bool) -> str | None:
    """Why a run cannot be repeated so, as a sentence; nothing: it can."""
    if not run.is_final:
        return "it has not ended yet"
    if not failed_only:
        return None
    if operation.items is None:
        return "its operation finds its items itself: repeat the whole run"
    if not run.items_listed:
        return "it ended before all its items were listed: repeat the whole run"
    left = run.failed + max(run.total_items - run.processed_items, 0)
    if operation.idempotent_items:
        left += run.unknown
    return None if left else "none of its items failed or was left"


def is_worth_retrying(run: BulkOperationRun) -> bool:
    """Whether a run has ended and did not plainly succeed."""
    return run.is_final and run.bucket is not StatusBucket.SUCCEEDED
