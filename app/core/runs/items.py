"""The item ledger: what became of each item of each run."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import CoreModel
from app.core.runs.models import BulkOperationRun

ITEM_LENGTH = 255
CODE_LENGTH = 80


class Outcome(StrEnum):
    """Where one item stands."""

    PENDING = "pending"  # nobody has worked on it, or an idempotent one will be worked on again
    IN_FLIGHT = "in_flight"  # a worker is at it
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"  # needed no work, or must not be touched
    UNKNOWN = "unknown"  # it was in flight when its worker was lost

    @property
    def is_final(self) -> bool:
        """Whether the item has its outcome."""
        return self not in OPEN


OPEN = (Outcome.PENDING, Outcome.IN_FLIGHT)
WITH_REASON = text("reason_code IS NOT NULL")


class BulkOperationRunItem(CoreModel):
    """One item of one run."""

    __tablename__ = "bulk_operation_run_items"
    __table_args__ = (
        UniqueConstraint("run_id", "item_id"),
        Index(None, "run_id", "outcome", "id"),
        # Partial: an item that succeeds, as most do, is in it at no time and pays nothing for it.
        Index(
            "ix_bulk_operation_run_items_reason",
            "run_id",
            "outcome",
            "reason_code",
            "id",
            sqlite_where=WITH_REASON,
            postgresql_where=WITH_REASON,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(BulkOperationRun.id, ondelete="CASCADE"))
    item_id: Mapped[str] = mapped_column(String(ITEM_LENGTH))
    outcome: Mapped[Outcome] = mapped_column(String(16), default=Outcome.PENDING)
    attempt: Mapped[int] = mapped_column(default=0)  # of the run, in which it was last worked on
    reason_code: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    reason: Mapped[str | None] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
