"""A worker takes a pending run, and keeps it."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Float, bindparam, func, select, update

from app.core.db import changed_rows, database_now, db, execute, table_of
from app.core.runs.events import EventKind, note
from app.core.runs.lease import Lease, held
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
        deadline_at=database_now(bindparam("runtime_seconds", type_=Float())),
        worker=bindparam("by"),
        attempt=_runs.c.attempt + 1,
        started_at=func.coalesce(_runs.c.started_at, database_now()),
        progress_at=database_now(),
        updated_at=database_now(),
        version=_runs.c.version + 1,
    )
    .returning(_runs.c.attempt)
)


def claim(
    run_id: int,
    worker: str,
    lease_seconds: float,
    *,
    max_runtime: timedelta | None = None,
    concurrency: int | None = None,
) -> Lease | None:
    """Take a pending run for this worker; commits.

    Args:
        run_id: number of the run.
        worker: name of the claiming worker, unique per boot.
        lease_seconds: how long silence is tolerated.
        max_runtime: the longest this attempt may take; none: no limit.
        concurrency: how many runs of its type its tenant may have running; none: no limit.

    Returns:
        The lease, or nothing when the run is not pending (any more) or others of its type fill the limit.
    """
    token, statement = str(uuid4()), _CLAIM
    if concurrency is not None:
        _queue_up(run_id)
        statement = _CLAIM.where(_running_beside(run_id) < concurrency)
    values = {
        "of_run": run_id,
        "token": token,
        "lease_seconds": lease_seconds,
        "runtime_seconds": max_runtime.total_seconds() if max_runtime else None,
        "by": worker[:120],
    }
    attempt: int | None = execute(statement, values).scalar()
    if attempt is not None:
        note(run_id, EventKind.CLAIMED, attempt=attempt, worker=worker)
    db.session.commit()
    return None if attempt is None else Lease(run_id, token, lease_seconds, attempt, worker)


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


def _queue_up(run_id: int) -> None:
    """Let claims of one tenant count one after the other; SQLite has one writer anyway."""
    tenant_id = select(BulkOperationRun.tenant_id).where(BulkOperationRun.id == run_id).scalar_subquery()
    db.session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))


def _running_beside(run_id: int) -> ColumnElement[int]:
    """How many runs of the same type run in the same tenant."""
    other = _runs.alias()
    return (
        select(func.count())
        .select_from(other)
        .where(
            other.c.tenant_id == _runs.c.tenant_id,
            other.c.resource == _runs.c.resource,
            other.c.action == _runs.c.action,
            other.c.status == RunStatus.RUNNING,
            other.c.id != run_id,
        )
        .correlate(_runs)
        .scalar_subquery()
    )
