"""A worker takes a pending run, and keeps it."""

from collections.abc import Collection
from typing import Any
from uuid import uuid4

from sqlalchemy import Float, Row, bindparam, func, select, update

from app.core.db import changed_rows, database_now, db, execute, table_of
from app.core.runs.events import EventKind, note
from app.core.runs.lease import ClaimedRun, Lease, held
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant

RINGS_DOUBLE_UP_TO = 6  # the wait between repeated rings doubles that often: 20 s to 21 minutes
RING_SECONDS = 20.0


_runs = table_of(BulkOperationRun)
_CLAIM = (
    update(_runs)
    .where(_runs.c.id == bindparam("of_run"), _runs.c.status == RunStatus.PENDING)
    .values(
        status=RunStatus.RUNNING,
        lease_token=bindparam("token"),
        lease_expires_at=database_now(bindparam("lease_seconds", type_=Float())),
        deadline_at=database_now(_runs.c.max_runtime),
        worker=bindparam("by"),
        attempt=_runs.c.attempt + 1,
        started_at=func.coalesce(_runs.c.started_at, database_now()),
        progress_at=database_now(),
        updated_at=database_now(),
        version=_runs.c.version + 1,
    )
    .returning(_runs)
)
_CLAIM_OFFERED = _CLAIM.where(
    (_runs.c.resource + "." + _runs.c.action).in_(bindparam("offered", expanding=True))
)


def claim(
    run_id: int, worker: str, lease_seconds: float, *, offered: Collection[str] | None = None
) -> ClaimedRun | None:
    """Take a pending run for this worker; commits.

    Args:
        run_id: number of the run.
        worker: name of the claiming worker, unique per boot.
        lease_seconds: how long silence is tolerated.
        offered: run types the worker can execute; none given: any.

    Returns:
        The lease with what the worker must know, or nothing: the run is not pending (any more), is of another
        type, or others of its type fill its tenant's limit.
    """
    token = str(uuid4())
    values = {"of_run": run_id, "token": token, "lease_seconds": lease_seconds, "by": worker[:120]}
    if offered is None:
        row = execute(_CLAIM, values).one_or_none()
    else:
        row = execute(_CLAIM_OFFERED, {**values, "offered": list(offered)}).one_or_none()
    if row is None or not _may_run_beside_others(row):
        db.session.rollback()
        return None
    tenant = db.session.get_one(Tenant, row.tenant_id)
    note(run_id, EventKind.CLAIMED, attempt=row.attempt, worker=worker)
    db.session.commit()
    # Apart from the session: after a rollback, a look at its slug would open a transaction that nobody ends.
    db.session.expunge(tenant)
    return ClaimedRun(
        run_id,
        token,
        lease_seconds,
        row.attempt,
        worker,
        tenant=tenant,
        run_type=f"{row.resource}.{row.action}",
        params=row.params,
        resumable=row.resumable,
        idempotent_items=row.idempotent_items,
        items_listed=row.items_listed,
        max_runtime=row.max_runtime,
        concurrency=row.concurrency,
        has_good_items=row.succeeded + row.skipped > 0,
    )


def renew(lease: Lease) -> bool:
    """Prolong a lease without any other change (heartbeat); commits; false when it was lost."""
    query = update(BulkOperationRun).where(*held(lease)).execution_options(synchronize_session=False)
    renewed = changed_rows(query.values(lease_expires_at=lease.expiry)) == 1
    db.session.commit()
    return renewed


def postpone_ring(run_id: int) -> bool:
    """Let a pending run wait longer for its next repeated ring; commits; false when another was first."""
    run = BulkOperationRun
    rings = db.session.scalar(select(run.rings).where(run.id == run_id)) or 0
    pause = RING_SECONDS * 2 ** min(rings, RINGS_DOUBLE_UP_TO)
    query = update(run).where(
        run.id == run_id, run.status == RunStatus.PENDING, run.rings == rings, run.ring_at <= database_now()
    )
    values = {"rings": rings + 1, "ring_at": database_now(pause)}
    postponed = changed_rows(query.values(values).execution_options(synchronize_session=False)) == 1
    db.session.commit()
    return postponed


def _may_run_beside_others(row: Row[*tuple[Any, ...]]) -> bool:
    """Whether a run that was claimed in this transaction keeps its tenant's limit.

    Claims of one tenant count one after the other: the second sees what the first has committed.
    """
    if row.concurrency is None:
        return True
    db.session.execute(select(Tenant.id).where(Tenant.id == row.tenant_id).with_for_update(key_share=True))
    running = select(func.count()).where(
        _runs.c.tenant_id == row.tenant_id,
        _runs.c.resource == row.resource,
        _runs.c.action == row.action,
        _runs.c.status == RunStatus.RUNNING,
    )
    return int(execute(running).scalar_one()) <= int(row.concurrency)
