"""Reading runs: always through a tenant. Lists read narrow rows, never the JSON columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, tuple_

from app.core.db import database_now, db
from app.core.runs.events import BulkOperationRunEvent
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.tenants import Tenant

PAGE = 50
ITEMS_SHOWN = 1000
SWEPT = 500  # rows a page of what the rescue looks through
LARGEST_ID = 2**31 - 1  # of an integer column on every database

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


def find_run(tenant: Tenant, run_id: int) -> BulkOperationRun | None:
    """One run of a tenant, fresh from the database, or nothing."""
    if not 0 < run_id <= LARGEST_ID:
        return None
    query = select(BulkOperationRun).where(
        BulkOperationRun.tenant_id == tenant.id, BulkOperationRun.id == run_id
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def has_active_run(tenant: Tenant, user_id: int) -> bool:
    """Whether a run that this user started in a tenant has not ended."""
    query = select(BulkOperationRun.id).where(
        BulkOperationRun.tenant_id == tenant.id,
        BulkOperationRun.user_id == user_id,
        ACTIVE_PREDICATE,
    )
    return db.session.scalar(query.limit(1)) is not None


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


def outcomes_of(
    tenant: Tenant, run_id: int, *, limit: int = ITEMS_SHOWN, after: int = 0, outcome: Outcome | None = None
) -> Sequence[BulkOperationRunItem]:
    """The ledger of one run of a tenant, in the items' order, at most `limit`.

    Args:
        tenant: where.
        run_id: of the run.
        limit: in items.
        after: the row number of the last item of the page before.
        outcome: only items that stand so; none: all.
    """
    item = BulkOperationRunItem
    query = (
        select(item)
        .join(BulkOperationRun)
        .where(BulkOperationRun.tenant_id == tenant.id, item.run_id == run_id, item.id > after)
    )
    if outcome is not None:
        query = query.where(item.outcome == outcome)
    return db.session.scalars(query.order_by(item.id).limit(limit)).all()


def timeline_of(run: BulkOperationRun) -> Sequence[BulkOperationRunEvent]:
    """What happened to a run, which was found through its tenant, in order."""
    query = select(BulkOperationRunEvent).where(BulkOperationRunEvent.run_id == run.id)
    return db.session.scalars(query.order_by(BulkOperationRunEvent.id)).all()


def retries_of(run: BulkOperationRun) -> Sequence[int]:
    """Numbers of the runs that repeat a run, which was found through its tenant."""
    query = select(BulkOperationRun.id).where(
        BulkOperationRun.tenant_id == run.tenant_id, BulkOperationRun.retry_of_id == run.id
    )
    return db.session.scalars(query.order_by(BulkOperationRun.id)).all()


def waiting_run(run_id: int) -> BulkOperationRun | None:
    """A pending run of any tenant, as a worker asks for it; nothing: it is not pending (any more)."""
    run = BulkOperationRun
    return db.session.scalar(select(run).where(run.id == run_id, run.status == RunStatus.PENDING))


def first_pending(tenant: Tenant, run_types: Collection[str]) -> int | None:
    """The oldest pending run of some types: its turn comes when another of its kind has ended."""
    run = BulkOperationRun
    query = select(run.id).where(
        run.tenant_id == tenant.id, run.is_of(run_types), run.status == RunStatus.PENDING
    )
    return db.session.scalar(query.order_by(run.id).limit(1))


def expired_leases(after: int = 0) -> Sequence[tuple[int, str | None]]:
    """(run, lease token) of running runs whose lease is over, or that have none; across tenants, a page."""
    run = BulkOperationRun
    query = select(run.id, run.lease_token).where(
        run.id > after,
        run.status == RunStatus.RUNNING,
        or_(run.lease_expires_at.is_(None), run.lease_expires_at < database_now()),
    )
    return [(run_id, token) for run_id, token in db.session.execute(query.order_by(run.id).limit(SWEPT))]


def overdue_runs(after: int = 0) -> Sequence[int]:
    """Running runs that have taken longer than their operation allows; across tenants, a page."""
    run = BulkOperationRun
    query = select(run.id).where(
        run.id > after, run.status == RunStatus.RUNNING, run.deadline_at < database_now()
    )
    return db.session.scalars(query.order_by(run.id).limit(SWEPT)).all()


def unheard_rings() -> Sequence[int]:
    """Pending runs for which it is time to ring again; across tenants."""
    run = BulkOperationRun
    query = select(run.id).where(run.status == RunStatus.PENDING, run.ring_at <= database_now())
    return db.session.scalars(query.order_by(run.ring_at, run.id).limit(SWEPT)).all()


def pending_count() -> int:
    """How many runs wait for a worker; across tenants."""
    query = select(func.count()).select_from(BulkOperationRun)
    return db.session.scalar(query.where(BulkOperationRun.status == RunStatus.PENDING)) or 0


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
