"""How many runs of a tenant ended on each of the last days, and how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, column, func, select, values

from app.core.db import UtcDateTime, database_now, db
from app.core.runs.models import FINISHED, KEPT_BY_TYPE, BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.tenants import Tenant

DAYS = 30
DAY = timedelta(days=1)


@dataclass(frozen=True)
class RunsOfDay:
    """One day (UTC) of a tenant.

    Attributes:
        counts: runs that ended on that day, by their bucket; zeros included, queued and running left out.
    """

    day: date
    counts: Mapping[StatusBucket, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def runs_per_day(tenant: Tenant, *, days: int = DAYS) -> Sequence[RunsOfDay]:
    """The last days of a tenant, today included, oldest first; days without runs included.

    Args:
        tenant: whose.
        days: how many.
    """
    today = db.session.execute(select(database_now())).scalar_one().astimezone(UTC).date()
    chosen = [today - DAY * past for past in reversed(range(days))]
    return [RunsOfDay(date.fromisoformat(row.day), _by_bucket(row)) for row in _counted(tenant, chosen)]


def _by_bucket(row: Any) -> Mapping[StatusBucket, int]:  # noqa: ANN401 - a row of `_counted`
    """As `status_bucket` says: what ended with errors has failed if nothing in it succeeded."""
    return {
        StatusBucket.SUCCEEDED: row.completed,
        StatusBucket.PARTIALLY_SUCCEEDED: row.with_errors - row.in_vain,
        StatusBucket.FAILED: row.failed + row.aborted + row.in_vain,
    }


def _counted(tenant: Tenant, days: Sequence[date]) -> Sequence[Any]:
    """Each day with how many runs ended in each status: counted along indexes, not grouped, which sorts."""
    starts = [datetime.combine(day, time(), UTC) for day in days]
    spans = values(column("day", String), column("since", UtcDateTime), column("until", UtcDateTime))
    each = spans.data([(f"{start:%Y-%m-%d}", start, start + DAY) for start in starts]).cte("spans")
    return db.session.execute(select(each.c.day, *_counts(tenant, each)).order_by(each.c.day)).all()


def _counts(tenant: Tenant, spans: CTE) -> Iterator[ColumnElement[int]]:
    run, kept = BulkOperationRun, _own_retentions(tenant)
    count = partial(_count, tenant, spans, kept)
    errors = run.status == RunStatus.COMPLETED_WITH_ERRORS
    yield count(run.status == RunStatus.COMPLETED).label("completed")
    yield count(errors).label("with_errors")
    yield count(errors, run.failed > 0, run.succeeded == 0).label("in_vain")
    yield count(run.status == RunStatus.FAILED).label("failed")
    yield count(run.status == RunStatus.ABORTED).label("aborted")


def _own_retentions(tenant: Tenant) -> Sequence[int | None]:
    """For how long operations keep runs of a tenant themselves: their index begins with it."""
    run = BulkOperationRun
    query = select(run.retention).where(run.tenant_id == tenant.id, KEPT_BY_TYPE).distinct()
    return db.session.scalars(query).all()


def _count(
    tenant: Tenant, spans: CTE, kept: Sequence[int | None], *wanted: ColumnElement[bool]
) -> ColumnElement[int]:
    """How many runs ended within a span: those of each of the two indexes that know when runs ended."""
    run = BulkOperationRun
    ended = (run.tenant_id == tenant.id, run.finished_at >= spans.c.since, run.finished_at < spans.c.until)
    count = select(func.count()).select_from(run).where(*ended, *wanted).correlate(spans)
    usual = count.where(FINISHED).scalar_subquery()
    if not kept:
        return usual
    return usual + count.where(KEPT_BY_TYPE, run.retention.in_(kept)).scalar_subquery()
