"""The files of an export at a path: a folder, a zip archive, or one JSON file."""

from collections.abc import Iterator
from pathlib import Path

from app.core import SourceProblem
from app.plugins.inventory.reading.archive import files_of_archive, is_archive
from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.folder import files_of_folder, read_file
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS, Limits


def files_of(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, bytes] | SourceProblem]:
    """The JSON files of an export in the order of their paths, or why one was not read.

    Args:
        path: a folder, a zip archive or a single JSON file.
        limits: bounds beyond which documents, or the whole archive, are refused.

    Raises:
        SourceError: the path cannot be read.
    """
    try:
        if path.is_dir():
            _refuse_empty(path)
            return files_of_folder(path, limits)
        if not path.exists():
            raise SourceError("source_not_found", f"{shown_name(path)} does not exist")
        if path.is_file() and is_archive(path):
            return files_of_archive(path, limits)
    except (OSError, ValueError) as error:
        raise SourceError("source_unreadable", f"{shown_name(path)} cannot be opened") from error
    return iter([read_file(path, path.name, limits)])


def shown_name(path: Path) -> str:
    """The last component of a path, which may be shown."""
    return (path.name or "the path").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _refuse_empty(path: Path) -> None:
    if next(path.iterdir(), None) is None:
        raise SourceError("source_empty", f"{shown_name(path)} is an empty folder")
