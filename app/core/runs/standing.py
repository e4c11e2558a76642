"""How tenants stand: what of theirs waits, runs, and failed lately. Few queries, however many tenants."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Select, exists, func, select, union_all

from app.core.db import database_now, db
from app.core.runs.models import ACTIVE_PREDICATE, FINISHED, KEPT_BY_TYPE, BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.runs.workers import Worker
from app.core.tenants import Tenant

LATELY_DAYS = 7
DAY_SECONDS = 86_400

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


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
    counted = Counter[int]()
    for tenant_id, count in db.session.execute(union_all(*_failures(ids))):
        counted[tenant_id] += count
    return counted


def _failures(ids: Collection[int]) -> Iterator[AnySelect]:
    """The bucket `failed` in parts: most of it is counted in an index alone, few rows are looked at."""
    run = BulkOperationRun
    lately = run.finished_at >= database_now(-LATELY_DAYS * DAY_SECONDS)
    # An expression: for the sake of an index by status, SQLite would walk through the runs of all tenants.
    status = run.status + ""
    for index in (FINISHED, KEPT_BY_TYPE):
        ended = select(run.tenant_id, func.count()).where(run.tenant_id.in_(ids), lately, index)
        of = run.status if index is FINISHED else status
        in_vain = (of == RunStatus.COMPLETED_WITH_ERRORS, run.failed > 0, run.succeeded == 0)
        yield ended.where(of.in_((RunStatus.FAILED, RunStatus.ABORTED))).group_by(run.tenant_id)
        yield ended.where(*in_vain).group_by(run.tenant_id)


def _has_worker() -> bool:
    return bool(db.session.scalar(select(exists().where(Worker.lives_until > database_now()))))
