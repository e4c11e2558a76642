"""The table of audit events."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.plugins.drift.models import DriftModel


class DriftAuditEvent(DriftModel):
    """That somebody did something to a resource at a time; what it was changed to is nowhere in it."""

    __tablename__ = "drift_audit_events"
    __table_args__ = (
        UniqueConstraint("tenant_id", "event_id", "resource_id"),
        Index(None, "tenant_id", "resource_id", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    run_id: Mapped[int] = mapped_column(  # goes with it: names of people are not kept for ever
        ForeignKey("bulk_operation_runs.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[str] = mapped_column(String(64))
    resource_id: Mapped[str] = mapped_column(String(600))  # lower case
    at: Mapped[datetime]
    activity: Mapped[str] = mapped_column(String(200))
    operation: Mapped[str] = mapped_column(String(24))  # create, patch, delete; may be empty
    actor: Mapped[str] = mapped_column(String(200))  # personal data: shown to members, never exported
