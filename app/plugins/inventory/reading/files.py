"""Reading an export from a path: a folder, a zip archive, or one JSON file."""

from collections.abc import Iterator
from pathlib import Path

from app.plugins.inventory.policies.known_types import KnownTypes
from app.plugins.inventory.policies.problems import Problem
from app.plugins.inventory.reading.archive import files_of_archive, is_archive
from app.plugins.inventory.reading.documents import ReadDocument
from app.plugins.inventory.reading.errors import SourceError
from app.plugins.inventory.reading.folder import files_of_folder, read_file
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS, Limits
from app.plugins.inventory.reading.recognizing import Recognizer


def read_export(
    path: Path, types: KnownTypes, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[ReadDocument | Problem]:
    """Read the policies of an export, one file in memory at a time, in the order of their paths.

    Args:
        path: a folder, a zip archive or a single JSON file.
        types: the policy types to recognize.
        limits: bounds beyond which documents, or the whole archive, are refused.

    Yields:
        every policy, and a `Problem` for everything that could not be read or deserves a remark.

    Raises:
        SourceError: the path cannot be read, or nothing in it is a policy and nothing failed either. It may
            be raised after some remarks were given.
    """
    documents = failures = 0
    recognizer = Recognizer(types)
    for file in _files(path, limits):
        for found in [recognizer.placed(file)] if isinstance(file, Problem) else recognizer.recognize(*file):
            documents += isinstance(found, ReadDocument)
            failures += isinstance(found, Problem) and found.is_failure
            yield found
    if not documents and not failures:
        raise SourceError("no_policies", f"{_shown(path)} contains no policies")


def _files(path: Path, limits: Limits) -> Iterator[tuple[str, bytes] | Problem]:
    try:
        if path.is_dir():
            _refuse_empty(path)
            return files_of_folder(path, limits)
        if not path.exists():
            raise SourceError("source_not_found", f"{_shown(path)} does not exist")
        if path.is_file() and is_archive(path):
            return files_of_archive(path, limits)
    except (OSError, ValueError) as error:
        raise SourceError("source_unreadable", f"{_shown(path)} cannot be opened") from error
    return iter([read_file(path, path.name, limits)])


def _refuse_empty(path: Path) -> None:
    if next(path.iterdir(), None) is None:
        raise SourceError("source_empty", f"{_shown(path)} is an empty folder")


def _shown(path: Path) -> str:
    return (path.name or "the path").replace("\x00", "\N{REPLACEMENT CHARACTER}")
