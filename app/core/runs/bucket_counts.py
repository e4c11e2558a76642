"""How many runs of each bucket a filter shows: exact, and as quick for a million runs as for ten."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    false,
    func,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)

from app.core.db import Ask, read
from app.core.runs.counts import EVER, RunCount
from app.core.runs.filter import RunFilter, plainly
from app.core.runs.models import LIVE_PREDICATE, BulkOperationRun, is_of
from app.core.runs.status import ENDED, StatusBucket
from app.core.statements import constant
from app.core.tenants import Tenant

DAY = timedelta(days=1)
KEPT = 256  # questions

CountSelect: TypeAlias = Select[str, int]

_run = BulkOperationRun
_HAS_ENDED = _run.status_bucket.in_(ENDED)


def bucket_counts(tenant: Tenant, wanted: RunFilter, *, ask: Ask = read) -> dict[StatusBucket, int]:
    """How many runs of each bucket match, whatever bucket and page the filter names.

    Whole days come from what was counted as runs ended; only active runs, those of a day that the filter
    cuts, and the one that its text names are counted here.
    """
    unfolded = replace(wanted, bucket=None, before=None, after=None, up_to=None)
    counted = Counter(dict.fromkeys(StatusBucket, 0))
    for name, count in ask(_query(tenant.id, unfolded)):
        counted[StatusBucket(name)] += count
    return dict(counted)


@lru_cache(KEPT)
def _query(tenant_id: int, wanted: RunFilter) -> CompoundSelect[*tuple[Any, ...]]:
    """Whoever polls asks the same again: to put the question costs as much as to answer it."""
    return union_all(*_queries(tenant_id, wanted))


def _queries(tenant_id: int, wanted: RunFilter) -> Iterator[CountSelect]:
    yield _one_by_one(tenant_id, wanted, and_(LIVE_PREDICATE, _says(wanted)))
    if wanted.number is not None:
        labelled = _run.label.icontains(wanted.words, autoescape=True) if wanted.words else false()
        yield _one_by_one(tenant_id, wanted, _HAS_ENDED, _run.id == wanted.number, ~labelled)
        if not wanted.words:
            return
    days, cut = _split(wanted)
    for bucket in ENDED:
        yield _by_day(tenant_id, wanted, bucket, days)
    for since, until in cut:
        part = replace(wanted, since=since, until=until)
        yield _one_by_one(tenant_id, part, _HAS_ENDED, *_labelled(_run, wanted))


def _one_by_one(tenant_id: int, wanted: RunFilter, *conditions: ColumnElement[bool]) -> CountSelect:
    query: CountSelect = select(type_coerce(_run.status_bucket, String), func.count()).where(
        *plainly(tenant_id, wanted), *conditions
    )
    if wanted.run_types:
        query = query.where(_run.is_of(wanted.run_types))
    return query.group_by(_run.status_bucket)


def _by_day(
    tenant_id: int, wanted: RunFilter, bucket: StatusBucket, days: ColumnElement[bool]
) -> CountSelect:
    """One bucket of some days: its rows lie together, and nothing has to be sorted."""
    kept = RunCount
    query: CountSelect = select(
        type_coerce(constant(bucket), String), func.coalesce(func.sum(kept.runs), constant(0))
    )
    query = query.where(kept.tenant_id == tenant_id, kept.status_bucket == constant(bucket), days)
    if wanted.run_types:
        query = query.where(is_of(wanted.run_types, kept.resource, kept.action))
    if wanted.initiator is not None:
        query = query.where(kept.initiator == wanted.initiator)
    return query.where(*_labelled(kept, wanted))


def _split(wanted: RunFilter) -> tuple[ColumnElement[bool], list[tuple[datetime, datetime]]]:
    """Which days lie wholly in a period, and what of it is left before and after them."""
    if wanted.since is None and wanted.until is None:
        return RunCount.day == EVER, []
    first = None if wanted.since is None else _day_of(wanted.since + DAY - timedelta.resolution)
    last = None if wanted.until is None else _day_of(wanted.until)  # not in it any more
    if first is not None and last is not None and first >= last:
        return false(), _gaps((wanted.since, wanted.until))
    # One bound on each side: SQLite seeks by the first that it finds.
    days = RunCount.day > EVER if first is None else RunCount.day >= first
    if last is not None:
        days = days & (RunCount.day < last)
    before = (wanted.since, None if first is None else _midnight(first))
    after = (None if last is None else _midnight(last), wanted.until)
    return days, _gaps(before, after)


def _gaps(*pairs: tuple[datetime | None, datetime | None]) -> list[tuple[datetime, datetime]]:
    return [(since, until) for since, until in pairs if since and until and since < until]


def _day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _says(wanted: RunFilter) -> ColumnElement[bool]:
    """Whether an active run is what the text asks for; its number is looked at in `_queries` if it ended."""
    labelled = and_(true(), *_labelled(_run, wanted)) if wanted.words or wanted.number is None else false()
    return labelled if wanted.number is None else or_(_run.id == wanted.number, labelled)


def _labelled(model: Any, wanted: RunFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401 - either model with a label
    return [model.label.icontains(wanted.words, autoescape=True)] if wanted.words else []
