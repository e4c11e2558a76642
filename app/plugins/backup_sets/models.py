"""Backup sets: chosen policies, each in the versions that were kept of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core import JsonObject, clock, model_registry

NAME_LENGTH = 120
DESCRIPTION_LENGTH = 1000


class BackupModel(DeclarativeBase):
    """Base of the plugin's own tables."""

    registry = model_registry()


class DocumentState(StrEnum):
    """What the last verification found of a kept document."""

    INTACT = "intact"  # it says what it said when it was kept
    ALTERED = "altered"  # it says something else
    MISSING = "missing"
    UNVERIFIED = "unverified"  # its hash is of an earlier normal form and cannot be computed again


class TenantState(StrEnum):
    """How a policy stood in the latest sync, against the newest version that is kept of it."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"  # the latest sync could not read it


class BackupSet(BackupModel):
    """A named choice of policies of one tenant."""

    __tablename__ = "backup_sets"
    __table_args__ = (
        UniqueConstraint("tenant_id", "name"),
        Index(None, "tenant_id", "id", unique=True),  # what its items refer to
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str] = mapped_column(String(DESCRIPTION_LENGTH), default="")
    keep_versions: Mapped[int | None]  # how many of each policy a fill leaves; none: all
    created_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    imported_from: Mapped[JsonObject | None]  # Origin; none: it was filled here


class BackupSetItem(BackupModel):
    """One kept version of one policy; its document lies in the snapshot store and cannot be removed there."""

    __tablename__ = "backup_set_items"
    __table_args__ = (
        UniqueConstraint("backup_set_id", "policy_id", "sync_run_id"),
        # One key for tenant and set: each key costs a look-up an item.
        ForeignKeyConstraint(
            ["tenant_id", "backup_set_id"], ["backup_sets.tenant_id", "backup_sets.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["tenant_id", "content_hash"],
            ["inventory_documents.tenant_id", "inventory_documents.content_hash"],
        ),
        Index(None, "tenant_id", "content_hash"),
        Index(None, "operation_run_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    backup_set_id: Mapped[int]
    # Policy, sync and run are told by value: what was kept outlives them.
    policy_id: Mapped[str] = mapped_column(String(32))
    scope_key: Mapped[str] = mapped_column(String(32))
    collection: Mapped[str] = mapped_column(String(120))
    policy_type: Mapped[str] = mapped_column(String(120))  # concrete Graph type, short
    external_id: Mapped[str] = mapped_column(String(600))  # Graph id, `name:...` or `path:...`
    twin: Mapped[str] = mapped_column(String(600))  # tells documents of one Graph id apart
    display_name: Mapped[str] = mapped_column(String(600))
    content_hash: Mapped[str] = mapped_column(String(32))
    normalizer_version: Mapped[int]  # of the sync: what the hash was computed with
    secret_count: Mapped[int]  # values that are sealed and cannot be restored
    sync_run_id: Mapped[int]  # the sync it came from
    synced_at: Mapped[datetime]  # when that sync ended
    added_as: Mapped[str] = mapped_column(String(16))  # Addition
    added_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    added_at: Mapped[datetime]
    operation_run_id: Mapped[int | None]  # the run that added it; none where that was not noted
    document_state: Mapped[str | None] = mapped_column(String(16))  # DocumentState
    tenant_state: Mapped[str | None] = mapped_column(String(16))  # TenantState; of the newest version only
    compared_run_id: Mapped[int | None]  # the sync it was compared with
    verified_at: Mapped[datetime | None]


class BackupSetRun(BackupModel):
    """A run that worked on a set."""

    __tablename__ = "backup_set_runs"
    __table_args__ = (Index(None, "backup_set_id", "run_id"),)

    run_id: Mapped[int] = mapped_column(
        ForeignKey("bulk_operation_runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    backup_set_id: Mapped[int] = mapped_column(ForeignKey(BackupSet.id, ondelete="CASCADE"))
    sync_run_id: Mapped[int | None]  # the sync that a fill takes from, also when it is resumed
    trimmed: Mapped[int] = mapped_column(default=0)  # versions that a fill took out, being more than are kept


class BackupSetExport(BackupModel):
    """A zip that was made of a set; the row outlives the file, which is removed when it has expired."""

    __tablename__ = "backup_set_exports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "backup_set_id"], ["backup_sets.tenant_id", "backup_sets.id"], ondelete="CASCADE"
        ),
        Index(None, "tenant_id", "backup_set_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    backup_set_id: Mapped[int]
    run_id: Mapped[int] = mapped_column(unique=True)  # that made it; outlives it
    file_name: Mapped[str] = mapped_column(String(40))  # in the tenant's folder of exports
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str] = mapped_column(String(64))  # of the file, hexadecimal
    policies: Mapped[int]
    versions: Mapped[int]
    secret_count: Mapped[int]  # values that are sealed and not in it
    created_by: Mapped[str] = mapped_column(String(255))  # e-mail, or `system`
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # when its file was
