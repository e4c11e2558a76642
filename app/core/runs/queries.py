"""Reading single runs and what belongs to them: through a tenant, but for the workers."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists, func, literal, or_, select

from app.core.db import database_now, db
from app.core.runs.events import BulkOperationRunEvent
from app.core.runs.models import ACTIVE_PREDICATE, PENDING, BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.tenants import Tenant

SWEPT = 500  # rows a page of what the rescue looks through
LARGEST_ID = 2**31 - 1  # of an integer column on every database


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
    return bool(db.session.scalar(select(active_of(literal(tenant.id), literal(user_id)))))


def active_of(tenant_id: ColumnElement[int], user_id: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL of `has_active_run`, to stand in another query."""
    run = BulkOperationRun
    return exists().where(run.tenant_id == tenant_id, run.user_id == user_id, ACTIVE_PREDICATE)


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
        run.tenant_id == tenant.id, run.is_of(run_types), run.status_bucket == StatusBucket.QUEUED
    )
    return db.session.scalar(query.order_by(run.id).limit(1))


def expired_leases(after: int = 0) -> Sequence[tuple[int, str | None]]:
    """(run, lease token) of running runs whose lease is over, or that have none; across tenants, a page."""
    run = BulkOperationRun
    query = select(run.id, run.lease_token).where(
        run.id > after,
        ACTIVE_PREDICATE,
        run.status == RunStatus.RUNNING,
        or_(run.lease_expires_at.is_(None), run.lease_expires_at < database_now()),
    )
    return [(run_id, token) for run_id, token in db.session.execute(query.order_by(run.id).limit(SWEPT))]


def overdue_runs(after: int = 0) -> Sequence[int]:
    """Running runs that have taken longer than their operation allows; across tenants, a page."""
    run = BulkOperationRun
    query = select(run.id).where(
        run.id > after,
        ACTIVE_PREDICATE,
        run.status == RunStatus.RUNNING,
        run.deadline_at < database_now(),
    )
    return db.session.scalars(query.order_by(run.id).limit(SWEPT)).all()


def unheard_rings() -> Sequence[int]:
    """Pending runs for which it is time to ring again; across tenants."""
    run = BulkOperationRun
    query = select(run.id).where(PENDING, run.ring_at <= database_now())
    return db.session.scalars(query.order_by(run.ring_at, run.id).limit(SWEPT)).all()


def pending_count() -> int:
    """How many runs wait for a worker; across tenants."""
    query = select(func.count()).select_from(BulkOperationRun)
    return db.session.scalar(query.where(PENDING)) or 0
