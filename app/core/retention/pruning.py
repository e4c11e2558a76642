"""Removing final runs of one tenant, in short transactions behind the pruning run's fence."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.core import audit
from app.core.audit import AuditLog
from app.core.db import changed_rows, db, reading
from app.core.registry.running import RunContext
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant

RUNS_AT_ONCE = 500  # runs a transaction, with their few events and notifications
ITEMS_AT_ONCE = 1000  # rows of the item ledger a transaction: a run may have a million
PRUNED = "runs.pruned"


def prune_status(run: RunContext[Any], status: RunStatus, before: datetime) -> int:
    """Remove a tenant's runs of one final status, with all that is theirs; commits as it goes.

    Args:
        run: the pruning run; it stops between two transactions when it is asked to.
        status: a final one.
        before: only runs that finished earlier.

    Returns:
        How many runs this call removed.
    """
    removed = 0
    while run_ids := old_runs(run.tenant, status, before):
        _remove_items(run, run_ids)
        removed += _remove_runs(run, status, run_ids)
        run.checkpoint()
    return removed


def old_runs(
    tenant: Tenant, status: RunStatus, before: datetime, *, limit: int = RUNS_AT_ONCE
) -> Sequence[int]:
    """Numbers of a tenant's runs of one status that finished before a moment, oldest first."""
    run = BulkOperationRun
    query = select(run.id).where(run.tenant_id == tenant.id, run.status == status, run.finished_at < before)
    with reading():
        found = db.session.scalars(query.order_by(run.finished_at).limit(limit)).all()
        db.session.commit()
    return found


def removed_so_far(run: RunContext[Any]) -> Counter[str]:
    """Status -> how many runs earlier attempts of a pruning run have removed, as the audit log has it."""
    query = select(AuditLog.details).where(
        AuditLog.tenant_id == run.tenant.id, AuditLog.action == PRUNED, AuditLog.subject == f"run:{run.id}"
    )
    removed = Counter[str]()
    with reading():
        for details in db.session.scalars(query):
            removed[details["status"]] += details["runs"]
        db.session.commit()
    return removed


def _remove_items(run: RunContext[Any], run_ids: Sequence[int]) -> None:
    """Remove the ledger first: the cascade of a large run would hold other writers up."""
    item = BulkOperationRunItem
    some = select(item.id).where(item.run_id.in_(run_ids)).limit(ITEMS_AT_ONCE)
    statement = delete(item).where(item.id.in_(some)).execution_options(synchronize_session=False)
    while True:
        run.fence()
        count = changed_rows(statement)
        db.session.commit()
        if count < ITEMS_AT_ONCE:
            return
        run.checkpoint()


def _remove_runs(run: RunContext[Any], status: RunStatus, run_ids: Sequence[int]) -> int:
    """Remove the runs themselves; their timelines and notifications go with them, links to them are cut."""
    old = BulkOperationRun
    run.fence()
    count = changed_rows(
        delete(old)
        .where(old.tenant_id == run.tenant.id, old.id.in_(run_ids), old.status == status)
        .execution_options(synchronize_session=False)
    )
    audit.record(run.tenant.id, PRUNED, f"run:{run.id}", details={"status": status.value, "runs": count})
    db.session.commit()
    return count
