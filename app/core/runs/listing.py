"""Lists of a tenant's runs: narrow rows, never the JSON columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, tuple_

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.tenants import Tenant

PAGE = 50

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

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
        before: the (created_at, id) of the last row of the page before.
    """

    run_types: Collection[str] = ()
    bucket: StatusBucket | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, int] | None = None


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


def list_runs(tenant: Tenant, wanted: RunFilter, *, limit: int = PAGE) -> Sequence[Row[*tuple[Any, ...]]]:
    """Newest first, at most `limit` narrow rows; `status_bucket` and `run_type` are among their fields."""
    run_type = (BulkOperationRun.resource + "." + BulkOperationRun.action).label("run_type")
    query = _matching(tenant, wanted, select(*_LISTED, run_type, bucket_expression().label("status_bucket")))
    order = query.order_by(BulkOperationRun.created_at.desc(), BulkOperationRun.id.desc())
    return db.session.execute(order.limit(limit)).all()


def bucket_counts(tenant: Tenant, wanted: RunFilter) -> dict[StatusBucket, int]:
    """How many runs of each bucket match, whatever bucket and page the filter names."""
    unfolded = RunFilter(run_types=wanted.run_types, since=wanted.since, until=wanted.until)
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
    if wanted.before is not None:
        query = query.where(tuple_(BulkOperationRun.created_at, BulkOperationRun.id) < wanted.before)
    return query
