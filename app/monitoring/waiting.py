"""Whether runs wait for a worker that is not there."""

from sqlalchemy import exists, or_, select

from app.core import Tenant, db
from app.core.db import database_now
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.runs.workers import Worker


def nobody_works(tenant: Tenant, run_id: int | None = None) -> bool:
    """Whether runs of a tenant, or one of them, wait for a worker and none lives.

    Queued runs wait, and so do those whose own worker was lost: a worker finds and rescues them.
    """
    run = BulkOperationRun
    waits = exists().where(
        run.tenant_id == tenant.id,
        ACTIVE_PREDICATE,
        or_(run.status == RunStatus.PENDING, run.lease_expires_at < database_now()),
    )
    if run_id is not None:
        waits = waits.where(run.id == run_id)
    lives = exists().where(Worker.lives_until > database_now())
    return bool(db.session.scalar(select(waits & ~lives)))
