"""Whether runs wait for a worker that is not there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.core import Tenant, clock, db
from app.core.db import database_now
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.runs.workers import Worker


@dataclass(frozen=True)
class VainWait:
    """Runs wait, and no worker lives.

    Attributes:
        runs: how many wait.
        silence: since a worker reported last, in whole steps; none: no worker is registered at all.
    """

    runs: int
    silence: timedelta | None


def vain_wait(tenant: Tenant) -> VainWait | None:
    """What a tenant's runs wait for in vain; nothing while a worker lives or no run waits."""
    alive = func.count().filter(Worker.lives_until > database_now())
    living, seen_at = db.session.execute(select(alive, func.max(Worker.seen_at))).one()
    if living:
        return None
    count = select(func.count()).select_from(BulkOperationRun)
    runs = db.session.scalar(count.where(BulkOperationRun.tenant_id == tenant.id, _waits())) or 0
    return VainWait(runs, _silence_since(seen_at)) if runs else None


def nobody_works(tenant: Tenant, run_id: int) -> bool:
    """Whether a run of a tenant waits for a worker and none lives."""
    run = BulkOperationRun
    waits = exists().where(run.tenant_id == tenant.id, run.id == run_id, _waits())
    lives = exists().where(Worker.lives_until > database_now())
    return bool(db.session.scalar(select(waits & ~lives)))


def _waits() -> ColumnElement[bool]:
    """Queued runs wait, and so do those whose own worker was lost: a worker finds and rescues them."""
    run = BulkOperationRun
    left = or_(run.status == RunStatus.PENDING, run.lease_expires_at < database_now())
    return and_(ACTIVE_PREDICATE, left)


def _silence_since(moment: datetime | None) -> timedelta | None:
    """As exact as it is said: what a list shows changes once a step, not with every poll."""
    if moment is None:
        return None
    silence, minute = clock.now() - moment, timedelta(minutes=1)
    step = minute / 2 if silence < 2 * minute else minute
    return max(silence - silence % step, timedelta())
