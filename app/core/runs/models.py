"""The run record."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, false, or_, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel
from app.core.runs.figures import RunFigures
from app.core.runs.status import RunStatus, StatusBucket

# As text, in indexes and in queries alike: with bound values no database sees that a partial index serves.
ACTIVE_PREDICATE = text("status IN ('pending', 'running')")

LIVE_PREDICATE = text("status_bucket IN ('queued', 'running')")  # the same where a list asks, for its index

PENDING = text("status = 'pending'")
FINISHED = text("finished_at IS NOT NULL AND retention IS NULL")
KEPT_BY_TYPE = text("retention IS NOT NULL")
RETRIES = text("retry_of_id IS NOT NULL")
FOLLOWERS = text("caused_by_id IS NOT NULL")


class BulkOperationRun(RunFigures, CoreModel):
    """One execution of an operation for one tenant. Only `app.core.runs.lifecycle` writes its status."""

    __tablename__ = "bulk_operation_runs"
    __table_args__ = (
        Index(
            "uq_bulk_operation_runs_active",
            "tenant_id",
            "idempotency_key",
            unique=True,
            sqlite_where=ACTIVE_PREDICATE,
            postgresql_where=ACTIVE_PREDICATE,
        ),
        Index(
            "ix_bulk_operation_runs_active_user",
            "tenant_id",
            "user_id",
            sqlite_where=ACTIVE_PREDICATE,
            postgresql_where=ACTIVE_PREDICATE,
        ),
        Index(None, "tenant_id", "created_at", "id"),
        Index(None, "tenant_id", "resource", "action", "created_at", "id"),
        Index(None, "tenant_id", "status_bucket", "created_at", "id"),
        Index(None, "tenant_id", "initiator", "created_at", "id"),
        # None on lease_expires_at: a heartbeat changes no index.
        Index(
            "ix_bulk_operation_runs_active",
            "id",
            sqlite_where=ACTIVE_PREDICATE,
            postgresql_where=ACTIVE_PREDICATE,
        ),
        Index("ix_bulk_operation_runs_ring", "ring_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index(
            "ix_bulk_operation_runs_finished",
            "tenant_id",
            "status",
            "finished_at",
            sqlite_where=FINISHED,
            postgresql_where=FINISHED,
        ),
        Index(
            "ix_bulk_operation_runs_kept_by_type",
            "tenant_id",
            "retention",
            "status",
            "finished_at",
            sqlite_where=KEPT_BY_TYPE,
            postgresql_where=KEPT_BY_TYPE,
        ),
        Index(None, "retry_of_id", sqlite_where=RETRIES, postgresql_where=RETRIES),
        Index(None, "caused_by_id", sqlite_where=FOLLOWERS, postgresql_where=FOLLOWERS),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    resource: Mapped[str] = mapped_column(String(50))
    action: Mapped[str] = mapped_column(String(50))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[RunStatus] = mapped_column(String(24), default=RunStatus.PENDING)
    status_bucket: Mapped[StatusBucket] = mapped_column(
        String(24), default=StatusBucket.QUEUED
    )  # what status and counts come to, kept by the lifecycle so that an index serves it
    total_items: Mapped[int] = mapped_column(default=0)
    processed_items: Mapped[int] = mapped_column(default=0)
    succeeded: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)  # in flight when a worker was lost; nobody can say
    item_ids: Mapped[list[str]] = mapped_column(default=list)  # the first 1,000; the ledger has all
    failures: Mapped[list[Any] | None]  # bounded, sanitized sample of failure entries
    audit_log_id: Mapped[int | None] = mapped_column(ForeignKey("audit_logs.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    # What pages show without running plugin code.
    label: Mapped[str] = mapped_column(String(200))
    initiator: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    plugin: Mapped[str] = mapped_column(String(40))
    plugin_version: Mapped[str] = mapped_column(String(40))
    shown_inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)  # facts left by the executor
    failure_totals: Mapped[dict[str, Any]] = mapped_column(default=dict)  # reason code -> how many; never cut
    related_links: Mapped[list[Any]] = mapped_column(default=list)  # {label, url}
    correlation_id: Mapped[str] = mapped_column(String(36))

    report_totals: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of these, not an item's outcome
    retry_of_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_operation_runs.id", ondelete="SET NULL"))
    caused_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulk_operation_runs.id", ondelete="SET NULL")
    )  # the run it follows

    # What execution needs. What an operation declares is stored, so that rescue needs no plugin.
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    resumable: Mapped[bool] = mapped_column(default=False)
    idempotent_items: Mapped[bool] = mapped_column(default=False)
    max_attempts: Mapped[int] = mapped_column(default=1)
    max_runtime: Mapped[float | None]  # seconds an attempt may take
    concurrency: Mapped[int | None]  # runs of its type that its tenant may have running
    retention: Mapped[int | None]  # seconds it is kept after its end; none: as its tenant keeps runs
    items_listed: Mapped[bool] = mapped_column(default=True)  # else the worker lists them first
    lease_token: Mapped[str | None] = mapped_column(String(36))
    lease_expires_at: Mapped[datetime | None]  # by the database's clock, as every moment here
    deadline_at: Mapped[datetime | None]  # end of the longest time this attempt may take
    worker: Mapped[str | None] = mapped_column(String(120))
    attempt: Mapped[int] = mapped_column(default=0)  # claims so far
    lost_attempts: Mapped[int] = mapped_column(default=0)  # those that ended with a lost worker
    abort_requested_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    progress_at: Mapped[datetime | None]  # last flush: the work moves
    ring_at: Mapped[datetime] = mapped_column(default=clock.now)  # when to ring again if still pending
    rings: Mapped[int] = mapped_column(default=0)  # rings repeated since it became pending
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # raised by every write: a poll compares this alone

    @classmethod
    def is_of(cls, run_types: Collection[str]) -> ColumnElement[bool]:
        """SQL: whether a run is of one of some run types, in a form that an index serves."""
        return is_of(run_types, cls.resource, cls.action)

    @property
    def waited(self) -> timedelta | None:
        """From creation to the first claim; never negative."""
        return None if self.started_at is None else max(self.started_at - self.created_at, timedelta())

    @property
    def duration(self) -> timedelta | None:
        """From the first claim to the end; never negative; nothing while it runs."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(self.finished_at - self.started_at, timedelta())


def is_of(
    run_types: Collection[str],
    resource: InstrumentedAttribute[str],
    action: InstrumentedAttribute[str],
) -> ColumnElement[bool]:
    """SQL: whether two columns say one of some run types, in a form that an index serves."""
    parts = [run_type.partition(".") for run_type in run_types]
    return or_(false(), *(and_(resource == name, action == verb) for name, _, verb in parts))
