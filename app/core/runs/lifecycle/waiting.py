"""A run is waited for: by its worker, that it goes on, or by the queue, that somebody hears its ring."""

from sqlalchemy import select, update

from app.core.db import changed_rows, database_now, db
from app.core.runs.lease import Lease, held
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus

RINGS_DOUBLE_UP_TO = 6  # the wait between repeated rings doubles that often: 20 s to 21 minutes
RING_SECONDS = 20.0


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
