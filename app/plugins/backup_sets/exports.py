"""Exports of sets: rows in the database, zips in the data folder, and how both end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from flask import current_app
from sqlalchemy import select, update
from werkzeug.utils import secure_filename

from app.core import Tenant, clock, db, one_of
from app.plugins.backup_sets.models import BackupSet, BackupSetExport

SHOWN = 20
STRAY = timedelta(days=1)  # a file that no row names is by then not being written any more
PART = ".part"  # the ending of what is not complete


def find_export(tenant: Tenant, backup_set: BackupSet, export_id: str) -> BackupSetExport | None:
    """One export of a set, by its number as an address has it; or nothing."""
    if not export_id.isdecimal() or len(export_id) > 9:
        return None
    export = BackupSetExport
    query = select(export).where(
        export.tenant_id == tenant.id, export.backup_set_id == backup_set.id, export.id == int(export_id)
    )
    return db.session.scalar(query)


def export_of_run(tenant: Tenant, run_id: int) -> BackupSetExport | None:
    """What one run made, or nothing."""
    export = BackupSetExport
    return db.session.scalar(select(export).where(export.tenant_id == tenant.id, export.run_id == run_id))


def list_exports(tenant: Tenant, backup_set: BackupSet) -> Sequence[BackupSetExport]:
    """The newest exports of a set, expired ones too."""
    export = BackupSetExport
    query = select(export).where(export.tenant_id == tenant.id, export.backup_set_id == backup_set.id)
    return db.session.scalars(query.order_by(export.id.desc()).limit(SHOWN)).all()


def is_there(tenant: Tenant, export: BackupSetExport) -> bool:
    """Whether an export can be downloaded."""
    return export.removed_at is None and export.expires_at > clock.now() and path_of(tenant, export).is_file()


def path_of(tenant: Tenant, export: BackupSetExport) -> Path:
    """Where the file of an export lies, or lay."""
    return folder_of(tenant) / export.file_name


def new_path(tenant: Tenant) -> Path:
    """Where a new export is written to; its name tells nothing and cannot be guessed."""
    folder = folder_of(tenant)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{uuid4().hex}.zip{PART}"


def folder_of(tenant: Tenant) -> Path:
    """The folder of a tenant's exports."""
    return Path(current_app.config["DATA_DIR"]) / "exports" / str(tenant.id)


def download_name(backup_set: BackupSet, made_at: datetime) -> str:
    """What a downloaded export is called."""
    name = secure_filename(backup_set.name)[:80] or "backup-set"
    return f"{name}-{made_at.strftime('%Y%m%d-%H%M%S')}.zip"


def expired_exports(tenant: Tenant, now: datetime) -> list[BackupSetExport]:
    """Exports whose time is over and whose files were not removed yet."""
    export = BackupSetExport
    query = select(export).where(
        export.tenant_id == tenant.id, export.removed_at.is_(None), export.expires_at <= now
    )
    return list(db.session.scalars(query.order_by(export.id)))


def note_removed(tenant: Tenant, exports: Sequence[BackupSetExport]) -> None:
    """Remember that files are gone; the caller commits."""
    export = BackupSetExport
    gone = update(export).where(
        export.tenant_id == tenant.id, export.id.in_([one.id for one in exports]), export.removed_at.is_(None)
    )
    db.session.execute(gone.values(removed_at=clock.now()))


def stray_files(tenant: Tenant, now: datetime) -> list[Path]:
    """Files of a tenant that no export names: their set was deleted, or their run died before its end."""
    folder = folder_of(tenant)
    if not folder.is_dir():
        return []
    old = (now - STRAY).timestamp()
    files = {path.name: path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < old}
    named = select(BackupSetExport.file_name).where(
        BackupSetExport.tenant_id == tenant.id,
        BackupSetExport.removed_at.is_(None),
        one_of(BackupSetExport.file_name, list(files)),
    )
    return [files[name] for name in sorted(files.keys() - set(db.session.scalars(named)))]
