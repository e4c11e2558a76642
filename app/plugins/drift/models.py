"""Findings, what people say of them and what became of them; and the baselines they are compared with."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, case, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import JsonObject, clock, model_registry
from app.plugins.drift.standing import FindingState, is_over

# What a person has to look at.
SHOWN = text("resolved_at IS NULL AND held_by IS NULL AND hidden_by IS NULL")
ENDING = text("acknowledged_until IS NOT NULL")


class DriftModel(DeclarativeBase):
    """Base of the plugin's own tables."""

    registry = model_registry()


class DriftBaseline(DriftModel):
    """One version of a scope's baseline: the snapshot that later ones are compared with until it ends."""

    __tablename__ = "drift_baselines"
    __table_args__ = (UniqueConstraint("tenant_id", "scope_key", "version"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    scope_key: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]  # 1 is the first of its scope
    name: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")  # why it was set
    sync_run_id: Mapped[int] = mapped_column(ForeignKey("inventory_sync_runs.id", ondelete="CASCADE"))
    looked_at_id: Mapped[int | None]  # the newest sync that was compared with it
    set_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    set_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]  # when a later version took its place, or it was cleared
    ended_by: Mapped[str | None] = mapped_column(String(255))
    absorbed: Mapped[int] = mapped_column(default=0)  # findings that it closed when it was set


class Finding(DriftModel):
    """One thing that is not as it was, or not as it should be."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("tenant_id", "fingerprint"),
        Index(None, "tenant_id", "severity_rank", "id"),
        Index(None, "operation_run_id", "tenant_id"),  # the run first: retention removes runs
        Index(None, "tenant_id", "policy_id"),
        Index(  # counts what is open by severity without reading a finding
            "ix_findings_open",
            "tenant_id",
            "severity_rank",
            "status",
            "acknowledged_until",
            # Always null here. Without them SQLite reads each finding, or takes another index.
            "resolved_at",
            "held_by",
            "hidden_by",
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        ),
        Index(None, "same_paths", "tenant_id"),  # the same change elsewhere
        Index(None, "acknowledged_until", sqlite_where=ENDING, postgresql_where=ENDING),
        Index(None, "hold_id"),
        Index(None, "tenant_id", "hidden_by"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    finding_type: Mapped[str] = mapped_column(String(40))  # key of a FindingType, declared or not any more
    scope_key: Mapped[str] = mapped_column(String(32))
    line: Mapped[str | None] = mapped_column(String(16))  # Line; none: found by another plugin
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
    opened_run_id: Mapped[int | None]  # the run that made it new last, kept or not
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
    stored_status: Mapped[str] = mapped_column("status", String(16), default="new")  # see `status`
    acknowledged_until: Mapped[
        datetime | None
    ]  # when the acknowledgement is over; none: never, or there is none
    evidence: Mapped[JsonObject]  # sanitized allowlist: drift.compare.Evidence
    changed_paths: Mapped[list[str]]
    before_hash: Mapped[str | None] = mapped_column(String(32))  # stored content it was compared with
    after_hash: Mapped[str | None] = mapped_column(String(32))  # stored content it was found in
    evidence_hash: Mapped[str] = mapped_column(String(32), default="")  # of all changes; empty: before 0006
    path_hashes: Mapped[JsonObject] = mapped_column(default=dict)  # path -> digest of what changed there
    revision: Mapped[int] = mapped_column(default=1)  # counts the evidences it has had
    main_path: Mapped[str] = mapped_column(String(300))  # the first of them without list keys; empty: whole
    same_paths: Mapped[str] = mapped_column(String(32))  # digest: drift.likeness
    same_values: Mapped[str] = mapped_column(String(32))  # digest, or empty: there is none to compare
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)  # last seen
    resolved_at: Mapped[datetime | None]  # when it was closed; none: it is open
    resolved_run_id: Mapped[int | None]  # the run that closed it, kept or not
    absorbed_version: Mapped[int | None]  # the version of the baseline that closed it
    shape: Mapped[str | None] = mapped_column(String(32))  # name of gates.Shape
    held_by: Mapped[str | None] = mapped_column(String(24))  # key of the gate that holds it; none: it counts
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("finding_holds.id", ondelete="SET NULL"))
    held_hash: Mapped[str | None] = mapped_column(String(32))  # its evidence when it was held last
    hidden_by: Mapped[str | None] = mapped_column(String(100))  # key of the rule that hides it
    hidden_paths: Mapped[list[str]] = mapped_column(default=list)  # that rules hide, at most 50
    is_untold: Mapped[bool] = mapped_column(default=False)  # no finished run has counted it as new yet

    @hybrid_property
    def status(self) -> str:
        """`new` or `acknowledged` as of now: an acknowledgement that is over counts no more."""
        return "new" if is_over(self.acknowledged_until) else self.stored_status

    @status.inplace.expression
    @classmethod
    def _status_expression(cls) -> ColumnElement[str]:
        return case((cls.acknowledged_until <= clock.now(), "new"), else_=cls.stored_status)

    @status.inplace.update_expression
    @classmethod
    def _status_update(cls, value: object) -> list[tuple[Any, Any]]:
        return [(cls.stored_status, value)]

    @property
    def is_open(self) -> bool:
        """Whether it is there as far as anybody knows."""
        return self.resolved_at is None

    @property
    def state(self) -> FindingState:
        """Where it stands."""
        if self.absorbed_version is not None:
            return FindingState.ABSORBED
        return FindingState(self.status) if self.is_open else FindingState.RESOLVED


class FindingAcknowledgement(DriftModel):
    """Somebody accepted a finding, or one path of it, as it was then; it holds for nothing else."""

    __tablename__ = "finding_acknowledgements"
    __table_args__ = (Index(None, "finding_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"))
    path: Mapped[str | None] = mapped_column(String(300))  # none: the whole finding
    pinned_hash: Mapped[str] = mapped_column(
        String(32)
    )  # of the finding's evidence, or of the path's changes
    reason: Mapped[str] = mapped_column(String(400))
    expires_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    acknowledged_at: Mapped[datetime] = mapped_column(default=clock.now)
    run_id: Mapped[int | None]  # the run that did it, kept or not; none: on the finding's page
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(255))


class FindingEvent(DriftModel):
    """One step in the life of a finding; never changed."""

    __tablename__ = "finding_events"
    __table_args__ = (
        Index(None, "finding_id", "id"),
        Index(None, "tenant_id", "run_id", "kind"),  # what one run did
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24))  # EventKind
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    reason: Mapped[str | None] = mapped_column(String(400))
    run_id: Mapped[int | None]  # the run in which it happened, kept or not
    facts: Mapped[JsonObject]  # see history.EventFacts
