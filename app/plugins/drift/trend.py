"""Findings over time: on which days they came, went, and how many were open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core import DayBars, DayCount, Severity, Tenant, clock, db
from app.plugins.drift.models import Finding

DAY = timedelta(days=1)
PERIODS = (30, 90, 365)  # days
# From the bottom up: what is worst stands on top.
TONES = {
    Severity.INFO.value: "neutral",
    Severity.LOW.value: "info",
    Severity.MEDIUM.value: "warn",
    Severity.HIGH.value: "bad soft",
    Severity.CRITICAL.value: "bad",
}


@dataclass(frozen=True)
class FindingTrend:
    """What the page of the trend draws and lists.

    Attributes:
        opened: findings by the day on which they were seen first.
        resolved: by the day on which they were closed.
        standing: those that were open at the end of each day.
    """

    opened: DayBars
    resolved: DayBars
    standing: DayBars

    @property
    def sentence(self) -> str:
        """What the drawing shows, for who does not see it."""
        last = self.standing.days[-1]
        parts = [f"{count:,} {name}" for name, count in reversed(list(last.counts.items())) if count]
        came, went = self.opened.total, self.resolved.total
        return (
            f"{last.total:,} findings are open{': ' if parts else ''}{', '.join(parts)}. "
            f"In {len(self.opened.days)} days {came:,} came and {went:,} went."
        )


def finding_trend(tenant: Tenant, scope_key: str | None, days: int) -> FindingTrend:
    """The last days of a tenant, today included, days without findings included.

    Args:
        tenant: whose.
        scope_key: of one scope; none: of all.
        days: how many.
    """
    today = clock.now().astimezone(UTC).date()
    chosen = [today - DAY * past for past in reversed(range(days))]
    opened = _per_day(tenant, scope_key, Finding.created_at, chosen[0])
    resolved = _per_day(tenant, scope_key, Finding.resolved_at, chosen[0])
    before = _open_before(tenant, scope_key, chosen[0])
    return FindingTrend(
        _bars(chosen, opened), _bars(chosen, resolved), _chart(_standing(chosen, before, opened, resolved))
    )


Counted = Mapping[tuple[date, str], int]


def _per_day(
    tenant: Tenant,
    scope_key: str | None,
    moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    since: date,
) -> Counted:
    day = _day_of(moment)
    query = select(day, Finding.severity, func.count()).where(
        *_of(tenant, scope_key), moment >= datetime.combine(since, datetime.min.time(), UTC)
    )
    rows = db.session.execute(query.group_by(day, Finding.severity))
    return {(_as_date(said), severity): count for said, severity, count in rows}


def _open_before(tenant: Tenant, scope_key: str | None, since: date) -> Mapping[str, int]:
    begin = datetime.combine(since, datetime.min.time(), UTC)
    query = select(Finding.severity, func.count()).where(
        *_of(tenant, scope_key),
        Finding.created_at < begin,
        Finding.resolved_at.is_(None) | (Finding.resolved_at >= begin),
    )
    return dict(db.session.execute(query.group_by(Finding.severity)).all())


def _of(tenant: Tenant, scope_key: str | None) -> Iterator[ColumnElement[bool]]:
    yield Finding.tenant_id == tenant.id
    yield Finding.held_by.is_(None)
    yield Finding.hidden_by.is_(None)
    if scope_key is not None:
        yield Finding.scope_key == scope_key


def _day_of(
    moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
) -> ColumnElement[object]:
    """The day (UTC) of a moment: SQLite keeps UTC, PostgreSQL would answer in the zone of its session."""
    if db.engine.dialect.name == "sqlite":
        return func.date(moment)
    return func.timezone("UTC", moment).cast(Date)


def _as_date(said: object) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def _standing(
    days: Sequence[date], before: Mapping[str, int], opened: Counted, resolved: Counted
) -> Iterator[DayCount]:
    open_now = {name: before.get(name, 0) for name in TONES}
    for day in days:
        for name in TONES:
            open_now[name] += opened.get((day, name), 0) - resolved.get((day, name), 0)
        yield DayCount(day, dict(open_now))


def _bars(days: Sequence[date], counted: Counted) -> DayBars:
    return _chart(DayCount(day, {name: counted.get((day, name), 0) for name in TONES}) for day in days)


def _chart(days: Iterator[DayCount]) -> DayBars:
    return DayBars(list(days), TONES)
