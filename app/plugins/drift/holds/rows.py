"""The table of held groups."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.plugins.drift.models import DriftModel


class HoldState(StrEnum):
    """What a person said to a group."""

    OPEN = "open"  # nothing yet
    CONFIRMED = "confirmed"  # it is true: its findings are findings like any other
    DISMISSED = "dismissed"  # it is noise: its findings stay held while they say the same


class FindingHold(DriftModel):
    """Findings that a gate holds as one group, until a person confirms or dismisses them."""

    __tablename__ = "finding_holds"
    __table_args__ = (Index(None, "tenant_id", "state"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    scope_key: Mapped[str] = mapped_column(String(32))
    line: Mapped[str] = mapped_column(String(16))  # Line
    gate: Mapped[str] = mapped_column(String(24))
    collection: Mapped[str] = mapped_column(String(120))  # empty: several
    sentence: Mapped[str] = mapped_column(String(600))
    count: Mapped[int]  # findings it held when a run looked last
    run_id: Mapped[int | None]  # that run, kept or not
    state: Mapped[str] = mapped_column(String(16), default="open")  # holds.HoldState
    reason: Mapped[str] = mapped_column(String(400), default="")  # of the decision
    decided_by: Mapped[str | None] = mapped_column(String(255))  # e-mail, or `system`
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
