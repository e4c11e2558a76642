"""Reports, one a run, and what each says of every policy."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import model_registry


class Base(DeclarativeBase):
    """Base of this plugin's own tables, whose names begin with its own."""

    registry = model_registry()


class Report(Base):
    """What one run says of one sync. It outlives its run, and goes with its sync."""

    __tablename__ = "license_report__reports"
    __table_args__ = (
        UniqueConstraint("run_id"),  # begins with the run: retention removes runs by the hundred
        Index(None, "sync_run_id"),
        Index(None, "tenant_id", "id"),  # the newest of a tenant
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    sync_run_id: Mapped[int] = mapped_column(ForeignKey("inventory_sync_runs.id", ondelete="CASCADE"))
    # Not CASCADE: a run is removed together with hundreds of others, a report may have thousands of rows.
    run_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_operation_runs.id", ondelete="SET NULL"))
    finished_at: Mapped[datetime | None]  # none: it is being written, and shown to nobody


class LicensedPolicy(Base):
    """One policy of a report, with the license that it needs."""

    __tablename__ = "license_report__policies"
    __table_args__ = (Index(None, "tenant_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey(Report.id, ondelete="CASCADE"), primary_key=True)
    policy_id: Mapped[str] = mapped_column(String(32), primary_key=True)  # as inventory numbers it
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    policy_type: Mapped[str] = mapped_column(String(120))  # inventory's collection
    name: Mapped[str] = mapped_column(String(600))
    license: Mapped[str] = mapped_column(String(40))  # License.key
