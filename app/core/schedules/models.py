"""The schedule and its slots."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import SYSTEM
from app.core.db import CoreModel

NAME_LENGTH = 80
CRON_LENGTH = 100


class SlotOutcome(StrEnum):
    """What became of one slot."""

    STARTED = "started"  # a run of its own
    ALREADY_ACTIVE = "already_active"  # an equal run was under way
    REFUSED = "refused"  # it could not be started; `said` tells why


class Schedule(CoreModel):
    """An operation of one tenant that the clock starts."""

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        UniqueConstraint("tenant_id", "origin"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    run_type: Mapped[str] = mapped_column(String(101))
    params: Mapped[dict[str, Any]]
    cron: Mapped[str] = mapped_column(String(CRON_LENGTH))  # five fields
    time_zone: Mapped[str] = mapped_column(String(80))  # IANA name
    is_enabled: Mapped[bool] = mapped_column(default=True)
    pause_reason: Mapped[str | None] = mapped_column(String(400))  # why it starts nothing, as a sentence
    origin: Mapped[str | None] = mapped_column(String(120))  # `default:<run type>`: made by the product, once
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_by: Mapped[str] = mapped_column(String(255), default=SYSTEM)  # e-mail, or `system`
    created_at: Mapped[datetime]  # by the database's clock, as every moment here
    changed_at: Mapped[datetime]
    since: Mapped[datetime]  # only slots after this moment count
    due_at: Mapped[datetime | None] = mapped_column(index=True)  # its next slot; none: paused

    @property
    def is_default(self) -> bool:
        """Whether the product made it: it can be paused and changed, never removed."""
        return self.origin is not None


class ScheduleSlot(CoreModel):
    """One moment of a schedule that was acted upon, once whoever looked."""

    __tablename__ = "schedule_slots"
    __table_args__ = (UniqueConstraint("schedule_id", "slot"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey(Schedule.id, ondelete="CASCADE"))
    slot: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulk_operation_runs.id", ondelete="SET NULL"), index=True
    )
    outcome: Mapped[SlotOutcome] = mapped_column(String(16))
    said: Mapped[str | None] = mapped_column(String(400))  # sanitized
    created_at: Mapped[datetime]
