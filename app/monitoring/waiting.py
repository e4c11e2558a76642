"""Whether runs wait for a worker that is not there."""

from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from app.core import Tenant, db
from app.core.db import database_now
from app.core.runs.models import LIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.runs.workers import Worker

Value = ColumnElement[Any] | int


def nobody_works(tenant: Tenant, run_id: int | None = None) -> bool:
    """Whether runs of a tenant, or one of them, wait for a worker and none lives."""
    return bool(db.session.scalar(select(wait_in_vain(tenant.id, run_id))))


def wait_in_vain(tenant_id: Value, run_id: Value | None = None) -> ColumnElement[bool]:
    """The same in SQL.

    Queued runs wait, and so do those whose own worker was lost: a worker finds and rescues them.
    """
    run = aliased(BulkOperationRun)  # apart from those that an outer query asks for
    waits = exists().where(
        run.tenant_id == tenant_id,
        LIVE_PREDICATE,
        or_(run.status == RunStatus.PENDING, run.lease_expires_at < database_now()),
    )
    if run_id is not None:
        waits = waits.where(run.id == run_id)
    return waits & ~exists().where(Worker.lives_until > database_now())
