"""Lists of a tenant's runs: narrow rows, never the JSON columns."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, tuple_

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import LARGEST_ID
from app.core.runs.status import RunStatus, StatusBucket
from app.core.tenants import Tenant

PAGE = 50
NEWS = 1000  # newer runs that are counted one by one

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
PagePlace: TypeAlias = tuple[datetime, int]  # (created_at, id) of a row

_LISTED = (
    BulkOperationRun.id,
    BulkOperationRun.resource,
    BulkOperationRun.action,
    BulkOperationRun.label,
    BulkOperationRun.status,
    BulkOperationRun.initiator,
    BulkOperationRun.total_items,
    BulkOperationRun.processed_items,
    BulkOperationRun.succeeded,
    BulkOperationRun.failed,
    BulkOperationRun.unknown,
    BulkOperationRun.skipped,
    BulkOperationRun.created_at,
    BulkOperationRun.started_at,
    BulkOperationRun.finished_at,
)


@dataclass(frozen=True)
class RunFilter:
    """What a list shows; an empty filter shows everything.

    Attributes:
        run_types: of one of these, `resource.action`; none: of any.
        since: created at or after.
        until: created before.
        initiator: started by, in the words of `BulkOperationRun.initiator`; none: by anybody.
        text: a run's number (with or without a #), or a part of its label, whatever its case; empty: any.
        before: only older than this place; `PagePlace` of the last row of the page before.
        after: only newer than this place, nearest first in `list_runs`; of the first row of the page after.
        up_to: only this place and older; of the first row that a page shows, so that news do not shift it.
    """

    run_types: Collection[str] = ()
    bucket: StatusBucket | None = None
    since: datetime | None = None
    until: datetime | None = None
    initiator: str | None = None
    text: str = ""
    before: PagePlace | None = None
    after: PagePlace | None = None
    up_to: PagePlace | None = None


def bucket_expression() -> ColumnElement[str]:
    """`status_bucket` in SQL; a test holds the two together."""
    run = BulkOperationRun
    return case(
        (run.status == RunStatus.PENDING, literal(StatusBucket.QUEUED.value)),
        (run.status == RunStatus.RUNNING, literal(StatusBucket.RUNNING.value)),
        (run.status.in_((RunStatus.FAILED, RunStatus.ABORTED)), literal(StatusBucket.FAILED.value)),
        (and_(run.failed > 0, run.succeeded == 0), literal(StatusBucket.FAILED.value)),
        (
            or_(run.failed > 0, run.status == RunStatus.COMPLETED_WITH_ERRORS),
            literal(StatusBucket.PARTIALLY_SUCCEEDED.value),
        ),
        else_=literal(StatusBucket.SUCCEEDED.value),
    )


def list_runs(tenant: Tenant, wanted: RunFilter, *, limit: int = PAGE) -> Sequence[AnyRow]:
    """Newest first, at most `limit` narrow rows; `status_bucket` and `run_type` are among their fields.

    With `wanted.after`, they are the nearest to that place, still newest first.
    """
    run_type = (BulkOperationRun.resource + "." + BulkOperationRun.action).label("run_type")
    query = _matching(tenant, wanted, select(*_LISTED, run_type, bucket_expression().label("status_bucket")))
    if wanted.after is not None:
        upwards = query.order_by(BulkOperationRun.created_at, BulkOperationRun.id)
        return db.session.execute(upwards.limit(limit)).all()[::-1]
    order = query.order_by(BulkOperationRun.created_at.desc(), BulkOperationRun.id.desc())
    return db.session.execute(order.limit(limit)).all()


def newer_count(tenant: Tenant, wanted: RunFilter, place: PagePlace, *, limit: int = NEWS) -> int:
    """How many matching runs are newer than a place; at most `limit`."""
    newer = replace(wanted, before=None, up_to=None, after=place)
    found = _matching(tenant, newer, select(BulkOperationRun.id)).limit(limit).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def bucket_counts(tenant: Tenant, wanted: RunFilter) -> dict[StatusBucket, int]:
    """How many runs of each bucket match, whatever bucket and page the filter names."""
    unfolded = replace(wanted, bucket=None, before=None, after=None, up_to=None)
    bucket = bucket_expression().label("bucket")
    query = _matching(tenant, unfolded, select(bucket, func.count())).group_by(bucket)
    counted = {StatusBucket(name): count for name, count in db.session.execute(query)}
    return {name: counted.get(name, 0) for name in StatusBucket}


def known_run_types(tenant: Tenant) -> list[str]:
    """Every run type that has ever run in a tenant, whether or not its plugin is still here."""
    query = select(BulkOperationRun.resource, BulkOperationRun.action).where(
        BulkOperationRun.tenant_id == tenant.id
    )
    return sorted(f"{resource}.{action}" for resource, action in db.session.execute(query.distinct()))


def known_initiators(tenant: Tenant) -> list[str]:
    """Whoever has ever started a run in a tenant, as runs name them."""
    query = select(BulkOperationRun.initiator).where(BulkOperationRun.tenant_id == tenant.id)
    return sorted(db.session.scalars(query.distinct()))


def _matching(tenant: Tenant, wanted: RunFilter, query: AnySelect) -> AnySelect:
    query = query.where(BulkOperationRun.tenant_id == tenant.id)
    if wanted.run_types:
        query = query.where(BulkOperationRun.is_of(wanted.run_types))
    if wanted.bucket is not None:
        query = query.where(bucket_expression() == wanted.bucket.value)
    if wanted.since is not None:
        query = query.where(BulkOperationRun.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(BulkOperationRun.created_at < wanted.until)
    if wanted.initiator is not None:
        query = query.where(BulkOperationRun.initiator == wanted.initiator)
    if wanted.text:
        query = query.where(_says(wanted.text))
    return query.where(*_within(wanted))


def _says(text: str) -> ColumnElement[bool]:
    """Whether a run is what a text asks for; `#12` names a run, `12` a run or a part of a label."""
    labelled = BulkOperationRun.label.icontains(text, autoescape=True)
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and int(digits) <= LARGEST_ID):
        return labelled
    numbered = BulkOperationRun.id == int(digits)
    return numbered if text.startswith("#") else or_(numbered, labelled)


def _within(wanted: RunFilter) -> Iterator[ColumnElement[bool]]:
    place = tuple_(BulkOperationRun.created_at, BulkOperationRun.id)
    if wanted.before is not None:
        yield place < wanted.before
    if wanted.after is not None:
        yield place > wanted.after
    if wanted.up_to is not None:
        yield place <= wanted.up_to
