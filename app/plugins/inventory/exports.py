"""Exports an operator can choose in the browser: laid in by an administrator, or uploaded."""

from pathlib import Path
from uuid import uuid4

from flask import current_app
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from app.core import InvalidInputError, Tenant

ACCEPTED = (".zip", ".json")


def choices_of(tenant: Tenant) -> list[str]:
    """Names of folders and files in `<data dir>/imports/<slug>/`, in order."""
    folder = _folder(tenant)
    if not folder.is_dir():
        return []
    return sorted(
        entry.name for entry in folder.iterdir() if not entry.name.startswith(".") and _is_export(entry)
    )


def chosen_export(tenant: Tenant, name: str, upload: FileStorage | None) -> Path:
    """The path of what the form names: an upload is kept first.

    Raises:
        InvalidInputError: nothing was chosen, the name is no choice, or the upload is no zip or JSON.
    """
    if upload is not None and upload.filename:
        return _kept(tenant, upload)
    if not name:
        raise InvalidInputError("Choose an export, or upload a zip or JSON file.")
    if name not in choices_of(tenant):
        raise InvalidInputError(f"There is no export {name[:80]!r} here.")
    return _folder(tenant) / name


def is_of(tenant: Tenant, path: Path) -> bool:
    """Whether a path leads to what was laid in for a tenant or uploaded in it, wherever links on it lead."""
    return any(path.resolve().is_relative_to(mine.resolve()) for mine in (_folder(tenant), _uploads(tenant)))


def _kept(tenant: Tenant, upload: FileStorage) -> Path:
    stem, dot, ending = (upload.filename or "").rpartition(".")
    if f"{dot}{ending}".lower() not in ACCEPTED:
        raise InvalidInputError(f"{(upload.filename or '')[:80]!r} is no zip or JSON file.")
    # Nothing may be left of a name in another script.
    name = f"{secure_filename(stem)[:100] or 'export'}.{ending.lower()}"
    folder = _uploads(tenant) / uuid4().hex
    folder.mkdir(parents=True, mode=0o700)
    path = folder / name
    upload.save(path)
    return path


def _is_export(entry: Path) -> bool:
    return entry.is_dir() or entry.name.lower().endswith(ACCEPTED)


def _folder(tenant: Tenant) -> Path:
    return Path(current_app.config["DATA_DIR"]) / "imports" / tenant.slug


def _uploads(tenant: Tenant) -> Path:
    return Path(current_app.config["DATA_DIR"]) / "uploads" / str(tenant.id)
