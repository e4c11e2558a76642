"""How many runs of a tenant were started on each of the last days, and how they ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sqlalchemy import func, select

from app.core.db import database_now, db
from app.core.runs.counts import RunCount
from app.core.runs.status import ENDED, StatusBucket
from app.core.tenants import Tenant

DAYS = 30
DAY = timedelta(days=1)


@dataclass(frozen=True)
class RunsOfDay:
    """One day (UTC) of a tenant.

    Attributes:
        counts: runs created on that day that have ended, by their bucket; zeros included.
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
    counted = _counted(tenant, chosen[0])
    return [RunsOfDay(day, {name: counted.get((day, name), 0) for name in ENDED}) for day in chosen]


def _counted(tenant: Tenant, since: date) -> Mapping[tuple[date, StatusBucket], int]:
    query = (
        select(RunCount.day, RunCount.status_bucket, func.sum(RunCount.runs))
        .where(RunCount.tenant_id == tenant.id, RunCount.status_bucket.in_(ENDED), RunCount.day >= since)
        .group_by(RunCount.day, RunCount.status_bucket)
    )
    return {(day, StatusBucket(name)): int(count) for day, name, count in db.session.execute(query)}
