"""The JSON files of a zip archive, none of which is ever unpacked to disk."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from app.core import SourceProblem
from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.folder import is_json_name, too_large
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS, Limits, in_megabytes
from app.plugins.inventory.reading.refusing import unreadable

_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")
_BROKEN_ENTRY = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip, by its name or by its first bytes."""
    if path.suffix.lower() == ".zip":
        return True
    with path.open("rb") as file:
        return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}


def files_of_archive(
    path: Path, limits: Limits = DEFAULT_LIMITS, *, wanted: Callable[[str], bool] = lambda _name: True
) -> Iterator[tuple[str, bytes] | SourceProblem]:
    """Every JSON file of a zip in path order, as (path, bytes), or why it was not read.

    Names with backslashes are read with "/" in their place. Folders, forks of macOS and files that are no
    JSON are left out.

    Args:
        path: of the zip.
        limits: bounds beyond which documents, or the whole archive, are refused.
        wanted: by path, which files are asked for; others are not unpacked.

    Raises:
        SourceError: the archive is broken, or its directory announces more than the limits allow.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_size(path.name, entries, limits)
            for name, entry in sorted(((_name(entry), entry) for entry in entries), key=lambda pair: pair[0]):
                if not wanted(name):
                    continue
                if is_unsafe(name):
                    yield _unsafe(name)
                elif _is_wanted(name, entry):
                    yield _read(archive, entry, name, limits)
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError("archive_unreadable", f"{path.name} is not a readable zip archive") from error


def is_unsafe(name: str) -> bool:
    """Whether an entry's name (with "/" between folders) points outside the archive."""
    return name.startswith("/") or bool(_DRIVE.match(name)) or ".." in name.split("/")


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").removeprefix("./")


def _check_size(archive_name: str, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.archive_entries:
        reason = f"{archive_name} has {len(entries)} entries; the limit is {limits.archive_entries}"
        raise SourceError("archive_too_large", reason)
    unpacked = sum(entry.file_size for entry in entries if _is_wanted(_name(entry), entry))
    if unpacked > limits.archive_bytes:
        size, limit = in_megabytes(unpacked), in_megabytes(limits.archive_bytes)
        reason = f"{archive_name} unpacks to {size}; the limit is {limit}"
        raise SourceError("archive_too_large", reason)


def _is_wanted(name: str, entry: zipfile.ZipInfo) -> bool:
    *folders, last = name.split("/")
    if entry.is_dir() or not is_json_name(last):
        return False
    return not any(folder.startswith(".") or folder == "__MACOSX" for folder in folders)


def _read(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits
) -> tuple[str, bytes] | SourceProblem:
    if entry.flag_bits & _ENCRYPTED:
        return unreadable(name, "is encrypted")
    if _is_suspiciously_dense(entry, limits):
        what = f"unpacks to more than {limits.compression_ratio} times its size"
        return unreadable(name, what, reason_code="compression_ratio")
    if entry.file_size > limits.document_bytes:
        return too_large(name, entry.file_size, limits)
    try:
        return name, archive.read(entry)
    except _BROKEN_ENTRY:
        return unreadable(name, "is damaged inside the archive")


def _is_suspiciously_dense(entry: zipfile.ZipInfo, limits: Limits) -> bool:
    if entry.file_size <= limits.ratio_free_bytes:
        return False
    return entry.file_size > limits.compression_ratio * max(entry.compress_size, 1)


def _unsafe(name: str) -> SourceProblem:
    return unreadable(name, "points outside the archive and was not read", reason_code="unsafe_path")
