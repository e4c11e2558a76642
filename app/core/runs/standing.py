"""How tenants stand: what of theirs waits, runs, and failed lately. Few queries, however many tenants."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from app.core.db import database_now, db
from app.core.runs.models import LIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.runs.workers import Worker
from app.core.tenants import Tenant

LATELY_DAYS = 7
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Standing:
    """How one tenant stands, in runs.

    Attributes:
        queued: wait for a worker.
        running: are executed, as far as is known.
        failed: were created within the last 7 days and have failed.
        has_worker: whether any worker of the installation lives.
    """

    queued: int
    running: int
    failed: int
    has_worker: bool


def standings(tenants: Collection[Tenant]) -> Mapping[int, Standing]:
    """Tenant id -> how it stands."""
    ids = [tenant.id for tenant in tenants]
    active, failed, has_worker = _active(ids), _failed(ids), _has_worker()
    return {
        one: Standing(
            active[one, RunStatus.PENDING], active[one, RunStatus.RUNNING], failed[one], has_worker=has_worker
        )
        for one in ids
    }


def _active(ids: Collection[int]) -> Counter[tuple[int, str]]:
    run = BulkOperationRun
    query = select(run.tenant_id, run.status, func.count()).where(run.tenant_id.in_(ids), LIVE_PREDICATE)
    counted = Counter[tuple[int, str]]()
    for tenant_id, status, count in db.session.execute(query.group_by(run.tenant_id, run.status)):
        counted[tenant_id, status] = count
    return counted


def _failed(ids: Collection[int]) -> Counter[int]:
    run = BulkOperationRun
    query = select(run.tenant_id, func.count()).where(
        run.tenant_id.in_(ids),
        run.status_bucket == StatusBucket.FAILED,
        run.created_at >= database_now(-LATELY_DAYS * DAY_SECONDS),
    )
    return Counter(dict(db.session.execute(query.group_by(run.tenant_id)).all()))


def _has_worker() -> bool:
    return bool(db.session.scalar(select(exists().where(Worker.lives_until > database_now()))))
