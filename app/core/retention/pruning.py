"""Removing final runs of one tenant, in short transactions behind the pruning run's fence."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from app.core import audit
from app.core.audit import AuditLog
from app.core.db import JsonObject, changed_rows, db, execute, reading
from app.core.registry.running import RunContext
from app.core.runs.counts import uncount
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant

RUNS_AT_ONCE = 500  # runs a transaction, with their few events and notifications
ITEMS_AT_ONCE = 1000  # rows of the item ledger a transaction: a run may have a million
PRUNED = "runs.pruned"


def prune_status(
    run: RunContext[Any], status: RunStatus, before: datetime, retention: int | None = None
) -> None:
    """Remove a tenant's runs of one final status, with all that is theirs; commits as it goes.

    Args:
        run: the pruning run; it stops between two transactions when it is asked to.
        status: a final one.
        before: only runs that finished earlier.
        retention: only runs whose operation keeps them that long, in seconds; none: those it says nothing of.
    """
    while run_ids := old_runs(run.tenant, status, before, retention):
        _remove_items(run, run_ids)
        _remove_runs(run, status, run_ids)
        run.checkpoint()


def old_runs(
    tenant: Tenant,
    status: RunStatus,
    before: datetime,
    retention: int | None = None,
    *,
    limit: int = RUNS_AT_ONCE,
) -> Sequence[int]:
    """Numbers of a tenant's runs of one status that finished before a moment, oldest first."""
    run = BulkOperationRun
    query = select(run.id).where(
        run.tenant_id == tenant.id,
        run.status == status,
        run.finished_at < before,
        run.retention.is_(None) if retention is None else run.retention == retention,
    )
    with reading():
        found = db.session.scalars(query.order_by(run.finished_at).limit(limit)).all()
        db.session.commit()
    return found


def own_retentions(tenant: Tenant) -> Sequence[int]:
    """Every time, in seconds, for which operations keep runs of a tenant themselves; shortest first."""
    run = BulkOperationRun
    query = select(run.retention).where(run.tenant_id == tenant.id, run.retention.is_not(None)).distinct()
    with reading():
        found = db.session.scalars(query.order_by(run.retention)).all()
        db.session.commit()
    return [seconds for seconds in found if seconds is not None]


def removed_so_far(run: RunContext[Any]) -> tuple[Counter[str], Counter[str]]:
    """What all attempts of a pruning run have removed, as the audit log has it.

    Returns:
        Status -> how many runs; run type -> how many of these it keeps for a time of its own.
    """
    query = select(AuditLog.details).where(
        AuditLog.tenant_id == run.tenant.id, AuditLog.action == PRUNED, AuditLog.subject == f"run:{run.id}"
    )
    removed, by_type = Counter[str](), Counter[str]()
    with reading():
        for details in db.session.scalars(query):
            removed[details["status"]] += details["runs"]
            by_type.update(details.get("kept_by_type", {}))
        db.session.commit()
    return removed, by_type


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


def _remove_runs(run: RunContext[Any], status: RunStatus, run_ids: Sequence[int]) -> None:
    """Remove the runs themselves; their timelines and notifications go with them, links to them are cut."""
    old = BulkOperationRun
    these = (old.tenant_id == run.tenant.id, old.id.in_(run_ids), old.status == status)
    run.fence()
    by_type = select(old.resource, old.action, func.count()).where(*these, old.retention.is_not(None))
    kept = {f"{name}.{action}": n for name, action, n in execute(by_type.group_by(old.resource, old.action))}
    uncount(run.tenant, run_ids)
    count = changed_rows(delete(old).where(*these).execution_options(synchronize_session=False))
    details: JsonObject = {"status": status.value, "runs": count}
    if kept:
        details["kept_by_type"] = kept
    audit.record(run.tenant.id, PRUNED, f"run:{run.id}", details=details)
    db.session.commit()
