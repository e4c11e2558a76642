"""Notifications: rows behind the bell, exactly one per (run, user, kind)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel, JsonObject, changed_rows, db
from app.core.statements import upsert
from app.core.users import Notices, User

SHOWN = 100
PROBLEMS = ("partially_succeeded", "failed")  # buckets of runs in which not everything worked


class NotificationKind(StrEnum):
    """When in a run's life somebody is told."""

    QUEUED = "queued"
    FINISHED = "finished"


class Notification(CoreModel):
    """One message to one user about one run; read once `read_at` is set."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("run_id", "user_id", "kind"),
        Index(None, "user_id", "tenant_id", "read_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_operation_runs.id", ondelete="CASCADE"))
    kind: Mapped[NotificationKind] = mapped_column(String(16))
    run_type: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    status_bucket: Mapped[str] = mapped_column(String(24))
    counts: Mapped[dict[str, Any]]  # total, succeeded, failed, skipped
    error_summary: Mapped[str | None] = mapped_column(String(400))  # sanitized
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]

    @property
    def is_read(self) -> bool:
        """Whether the user has seen it."""
        return self.read_at is not None


def notify(  # noqa: PLR0913 - each argument is one column
    tenant_id: int,
    user_id: int,
    run_id: int,
    kind: NotificationKind,
    *,
    run_type: str,
    title: str,
    status_bucket: str,
    counts: JsonObject,
    error_summary: str | None = None,
) -> None:
    """Add a notification to the current transaction, once: a second one of the same kind does nothing.

    What the user has chosen is read by the statement that inserts: nobody is told who has said no before.
    """
    values: JsonObject = {
        "tenant_id": tenant_id,
        "run_id": run_id,
        "kind": kind,
        "run_type": run_type,
        "title": title[:200],
        "status_bucket": status_bucket,
        "counts": counts,
        "error_summary": error_summary,
        "created_at": clock.now(),
    }
    columns = Notification.__table__.c
    given = [literal(value, columns[name].type) for name, value in values.items()]
    is_problem = kind is NotificationKind.FINISHED and status_bucket in PROBLEMS
    told = (Notices.ALWAYS, Notices.PROBLEMS) if is_problem else (Notices.ALWAYS,)
    chosen = select(User.id, *given).where(User.id == user_id, User.notices.in_(told))
    insert = upsert(Notification).from_select(["user_id", *values], chosen)
    db.session.execute(insert.on_conflict_do_nothing(index_elements=["run_id", "user_id", "kind"]))


def unread_count(tenant_id: int, user_id: int) -> int:
    """How many notifications of one tenant a user has not read."""
    return db.session.scalar(unread(literal(tenant_id), literal(user_id))) or 0


def unread(tenant_id: ColumnElement[int], user_id: ColumnElement[int]) -> Select[int]:
    """The query of `unread_count`, to stand in another."""
    count = select(func.count()).select_from(Notification)
    return count.where(*_of(tenant_id, user_id), Notification.read_at.is_(None))


def recent_notifications(tenant_id: int, user_id: int) -> list[Notification]:
    """The newest notifications of a user in one tenant, at most 100."""
    query = select(Notification).where(*_of(tenant_id, user_id)).order_by(Notification.id.desc()).limit(SHOWN)
    return list(db.session.scalars(query))


def mark_read(tenant_id: int, user_id: int, run_id: int | None = None) -> int:
    """Mark a user's notifications read, of one run or of the tenant; commits; returns how many changed."""
    changed = update(Notification).where(*_of(tenant_id, user_id), Notification.read_at.is_(None))
    if run_id is not None:
        changed = changed.where(Notification.run_id == run_id)
    count = changed_rows(changed.values(read_at=clock.now()))
    db.session.commit()
    return count


def _of(tenant_id: Any, user_id: Any) -> tuple[Any, ...]:  # noqa: ANN401 - numbers or SQL
    return Notification.tenant_id == tenant_id, Notification.user_id == user_id
