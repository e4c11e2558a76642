"""Findings: one row each, found again as often as one likes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import JsonObject, clock, model_registry


class DriftModel(DeclarativeBase):
    """Base of the plugin's own tables."""

    registry = model_registry()


class DriftBaseline(DriftModel):
    """The snapshot that every later one of its scope is compared with."""

    __tablename__ = "drift_baselines"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    scope_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    sync_run_id: Mapped[int] = mapped_column(ForeignKey("inventory_sync_runs.id", ondelete="CASCADE"))
    set_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    set_at: Mapped[datetime] = mapped_column(default=clock.now)


class Finding(DriftModel):
    """One thing that is not as it was, or not as it should be."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index(None, "tenant_id", "severity_rank", "id"),
        Index(None, "tenant_id", "status", "severity_rank"),  # how many of each are open
        Index(None, "operation_run_id", "tenant_id"),  # the run first: retention removes runs
        Index(None, "same_paths", "tenant_id"),  # the same change elsewhere
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    finding_type: Mapped[str] = mapped_column(String(40))  # key of a FindingType, declared or not any more
    scope_key: Mapped[str] = mapped_column(String(32))
    baseline_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("inventory_sync_runs.id", ondelete="SET NULL")
    )
    current_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("inventory_sync_runs.id", ondelete="SET NULL")
    )
    operation_run_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulk_operation_runs.id", ondelete="SET NULL")
    )
    first_run_id: Mapped[int | None]  # the run that found it first, kept or not; none: before 0005
    fingerprint: Mapped[str] = mapped_column(String(32))
    change_kind: Mapped[str] = mapped_column(String(16))  # added, removed, modified, recreated, observed
    collection: Mapped[str] = mapped_column(String(120))  # empty: it is about no policy
    subject_type: Mapped[str] = mapped_column(String(120))  # concrete Graph type, short
    subject_external_id: Mapped[str] = mapped_column(String(1300))
    policy_id: Mapped[str | None] = mapped_column(ForeignKey("inventory_policies.id", ondelete="SET NULL"))
    display_name: Mapped[str] = mapped_column(String(600))
    severity: Mapped[str] = mapped_column(String(16))
    severity_rank: Mapped[int]  # 0 is the most severe
    severity_rule: Mapped[str] = mapped_column(String(80))
    severity_reason: Mapped[str] = mapped_column(String(400))
    status: Mapped[str] = mapped_column(String(16), default="new")  # new, acknowledged
    evidence: Mapped[JsonObject]  # sanitized allowlist: drift.compare.Evidence
    changed_paths: Mapped[list[str]]
    main_path: Mapped[str] = mapped_column(String(300))  # the first of them without list keys; empty: whole
    same_paths: Mapped[str] = mapped_column(String(32))  # digest: drift.likeness
    same_values: Mapped[str] = mapped_column(String(32))  # digest, or empty: there is none to compare
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)  # last seen


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
