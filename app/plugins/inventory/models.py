"""Tables of the snapshot store: a policy's versions are intervals over the syncs of its scope."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import JsonObject, clock, model_registry


class InventoryModel(DeclarativeBase):
    """Base of the plugin's own tables."""

    registry = model_registry()


class InventorySyncRun(InventoryModel):
    """One snapshot: which documents of a scope were read, and when. It bears the number of its run."""

    __tablename__ = "inventory_sync_runs"
    __table_args__ = (
        Index(None, "tenant_id", "selection_hash", "id"),
        Index(None, "tenant_id", "id"),  # the newest of a tenant
    )

    id: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False
    )  # = bulk_operation_runs.id, outlives it
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(24))  # SyncStatus
    selection_hash: Mapped[str] = mapped_column(
        String(32)
    )  # the scope key: only snapshots of one scope are compared
    source: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(200))  # name of the export, without its folder
    normalizer_version: Mapped[int]
    policy_count: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]


class InventoryCoverage(InventoryModel):
    """How completely one collection was read by one sync."""

    __tablename__ = "inventory_coverage"

    sync_run_id: Mapped[int] = mapped_column(
        ForeignKey(InventorySyncRun.id, ondelete="CASCADE"), primary_key=True
    )
    collection: Mapped[str] = mapped_column(String(120), primary_key=True)
    state: Mapped[str] = mapped_column(String(24))  # CoverageState
    item_count: Mapped[int]
    policy_types: Mapped[JsonObject]  # concrete type -> how many
    reason: Mapped[str | None] = mapped_column(String(400))


class InventoryProblem(InventoryModel):
    """A document that could not be read, or a remark about one that could."""

    __tablename__ = "inventory_problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    sync_run_id: Mapped[int] = mapped_column(ForeignKey(InventorySyncRun.id, ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(600))
    reason_code: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(400))
    collection: Mapped[str | None] = mapped_column(String(120))
    is_failure: Mapped[bool]


class InventoryPolicy(InventoryModel):
    """One policy of one scope, whatever its versions."""

    __tablename__ = "inventory_policies"
    __table_args__ = (Index(None, "tenant_id", "scope_key"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # digest of tenant, scope and identity
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    scope_key: Mapped[str] = mapped_column(String(32))
    collection: Mapped[str] = mapped_column(String(120))
    policy_type: Mapped[str] = mapped_column(String(120))  # concrete Graph type, short
    external_id: Mapped[str] = mapped_column(String(600))  # Graph id, `name:...` or `path:...`
    twin: Mapped[str] = mapped_column(String(600))  # tells documents of one Graph id apart


class InventoryDocument(InventoryModel):
    """A body, stored once per content and tenant; secrets are sealed, volatile keys gone."""

    __tablename__ = "inventory_documents"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, UTF-8
    secret_count: Mapped[int]


class InventoryVersion(InventoryModel):
    """What a policy said from one sync (inclusive) until another (exclusive); open while that is null."""

    __tablename__ = "inventory_versions"
    __table_args__ = (
        Index(None, "tenant_id", "scope_key", "from_run_id"),
        Index(None, "tenant_id", "scope_key", "until_run_id"),
        Index(None, "policy_id", "from_run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    scope_key: Mapped[str] = mapped_column(String(32))
    policy_id: Mapped[str] = mapped_column(ForeignKey(InventoryPolicy.id, ondelete="CASCADE"))
    content_hash: Mapped[str] = mapped_column(String(32))
    source_digest: Mapped[str] = mapped_column(
        String(32)
    )  # keyed digest of the body as read: equal means unchanged
    display_name: Mapped[str] = mapped_column(String(600))
    path: Mapped[str] = mapped_column(String(600))  # where in the export it was first seen so
    from_run_id: Mapped[int] = mapped_column(ForeignKey(InventorySyncRun.id))
    until_run_id: Mapped[int | None] = mapped_column(ForeignKey(InventorySyncRun.id))


class InventoryUnread(InventoryModel):
    """A policy that was there before and may still be: its collection was read in part, and not this one."""

    __tablename__ = "inventory_unread"

    sync_run_id: Mapped[int] = mapped_column(
        ForeignKey(InventorySyncRun.id, ondelete="CASCADE"), primary_key=True
    )
    policy_id: Mapped[str] = mapped_column(
        ForeignKey(InventoryPolicy.id, ondelete="CASCADE"), primary_key=True
    )
