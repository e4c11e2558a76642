"""Whether runs wait for a worker that is not there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core import Tenant, clock, db
from app.core.db import database_now
from app.core.runs.models import LIVE_PREDICATE, PENDING, BulkOperationRun
from app.core.runs.workers import Worker

Value: TypeAlias = ColumnElement[Any] | int


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
    runs = (
        db.session.scalar(count.where(BulkOperationRun.tenant_id == tenant.id, _waits(BulkOperationRun))) or 0
    )
    return VainWait(runs, _silence_since(seen_at)) if runs else None


def nobody_works(tenant: Tenant, run_id: int) -> bool:
    """Whether a run of a tenant waits for a worker and none lives."""
    return bool(db.session.scalar(select(wait_in_vain(tenant.id, run_id))))


def wait_in_vain(tenant_id: Value, run_id: Value | None = None) -> ColumnElement[bool]:
    """SQL: whether runs of a tenant, or one of them, wait for a worker and none lives."""
    run = aliased(BulkOperationRun)  # apart from those that an outer query asks for
    waits = exists().where(run.tenant_id == tenant_id, _waits(run)).correlate_except(run)
    if run_id is not None:
        waits = waits.where(run.id == run_id)
    return ~exists().where(Worker.lives_until > database_now()) & waits  # mostly one lives


def _waits(run: type[BulkOperationRun]) -> ColumnElement[bool]:
    """Queued runs wait, and so do those whose own worker was lost: a worker finds and rescues them."""
    return and_(LIVE_PREDICATE, or_(PENDING, run.lease_expires_at < database_now()))


def _silence_since(moment: datetime | None) -> timedelta | None:
    """As exact as it is said: what a list shows changes once a step, not with every poll."""
    if moment is None:
        return None
    silence, minute = clock.now() - moment, timedelta(minutes=1)
    step = minute / 2 if silence < 2 * minute else minute
    return max(silence - silence % step, timedelta())
