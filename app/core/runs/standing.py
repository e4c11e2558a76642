"""How tenants stand: what of theirs waits, runs, and failed lately. Few queries, however many tenants."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from app.core.db import database_now, db
from app.core.runs.listing import bucket_expression
from app.core.runs.models import ACTIVE_PREDICATE, FINISHED, KEPT_BY_TYPE, BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.runs.workers import Worker
from app.core.tenants import Tenant

LATELY_DAYS = 7
DAY_SECONDS = 86_400
# Every status that a run of the bucket `failed` can have: `completed` has no failed items.
_NOT_GOOD = (RunStatus.FAILED, RunStatus.ABORTED, RunStatus.COMPLETED_WITH_ERRORS)


@dataclass(frozen=True)
class Standing:
    """How one tenant stands, in runs.

    Attributes:
        queued: wait for a worker.
        running: are executed, as far as is known.
        failed: ended in the bucket `failed` within the last 7 days.
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
    query = select(run.tenant_id, run.status, func.count()).where(run.tenant_id.in_(ids), ACTIVE_PREDICATE)
    counted = Counter[tuple[int, str]]()
    for tenant_id, status, count in db.session.execute(query.group_by(run.tenant_id, run.status)):
        counted[tenant_id, status] = count
    return counted


def _failed(ids: Collection[int]) -> Counter[int]:
    run = BulkOperationRun
    query = (
        select(run.tenant_id, func.count())
        .where(
            run.tenant_id.in_(ids),
            run.status.in_(_NOT_GOOD),
            run.finished_at >= database_now(-LATELY_DAYS * DAY_SECONDS),
            bucket_expression() == StatusBucket.FAILED.value,
        )
        .group_by(run.tenant_id)
    )
    counted = Counter[int]()
    for served_by_an_index in (FINISHED, KEPT_BY_TYPE):
        counted.update(dict(db.session.execute(query.where(served_by_an_index)).all()))
    return counted


def _has_worker() -> bool:
    return bool(db.session.scalar(select(exists().where(Worker.lives_until > database_now()))))
