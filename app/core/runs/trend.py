"""How many runs a tenant started on each of the last days, and how they went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, String, cast, func, select

from app.core.db import database_now, db
from app.core.runs.listing import bucket_expression
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import StatusBucket
from app.core.statements import is_sqlite
from app.core.tenants import Tenant

DAYS = 30


@dataclass(frozen=True)
class RunsOfDay:
    """One day (UTC) of a tenant.

    Attributes:
        counts: runs created on that day, by the bucket in which they are now; zeros included.
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
    first = today - timedelta(days=days - 1)
    counted = _counted(tenant, datetime.combine(first, time(), UTC))
    return [
        RunsOfDay(day, {bucket: counted.get((day.isoformat(), bucket.value), 0) for bucket in StatusBucket})
        for day in (first + timedelta(days=past) for past in range(days))
    ]


def _counted(tenant: Tenant, since: datetime) -> Mapping[tuple[str, str], int]:
    day, bucket = _day().label("day"), bucket_expression().label("bucket")
    query = (
        select(day, bucket, func.count())
        .where(BulkOperationRun.tenant_id == tenant.id, BulkOperationRun.created_at >= since)
        .group_by(day, bucket)
    )
    return {(on, name): count for on, name, count in db.session.execute(query)}


def _day() -> ColumnElement[str]:
    """The day on which a run was created, as text: 2026-10-31."""
    if is_sqlite():
        return func.substr(cast(BulkOperationRun.created_at, String), 1, 10)
    return func.to_char(func.timezone("UTC", BulkOperationRun.created_at), "YYYY-MM-DD")
