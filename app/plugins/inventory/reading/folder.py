"""The JSON files of a folder."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from app.core import SourceProblem
from app.plugins.inventory.reading.limits import Limits, in_megabytes
from app.plugins.inventory.reading.refusing import unreadable


def files_of_folder(root: Path, limits: Limits) -> Iterator[tuple[str, bytes] | SourceProblem]:
    """Every JSON file below a folder in path order, as (relative path, bytes), or why it was not read.

    Links are followed only to files inside the folder; hidden folders and the "._" files macOS leaves in
    copies are left out.
    """
    problems: list[SourceProblem] = []
    files = sorted((_relative(path, root), path) for path in _paths(root, problems))
    yield from problems
    real_root = root.resolve()
    for name, path in files:
        yield _read(path, name, real_root, limits)


def read_file(path: Path, name: str, limits: Limits) -> tuple[str, bytes] | SourceProblem:
    """The bytes of one regular file that is not too large, or why they were not read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return unreadable(name, "is not a regular file")
        if status.st_size > limits.document_bytes:
            return too_large(name, status.st_size, limits)
        return name, path.read_bytes()
    except OSError as error:
        return unreadable(name, f"cannot be opened ({_cause(error)})")


def too_large(name: str, size: int, limits: Limits) -> SourceProblem:
    """The refusal of a document over the limit."""
    what = f"is {in_megabytes(size)} large; the limit is {in_megabytes(limits.document_bytes)}"
    return unreadable(name, what, reason_code="document_too_large")


def is_json_name(name: str) -> bool:
    """Whether a file of this name is worth opening."""
    return name.lower().endswith(".json") and not name.startswith("._")


def _paths(root: Path, problems: list[SourceProblem]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        folder = _relative(Path(error.filename or root), root) + "/"
        problems.append(unreadable(folder, f"cannot be opened ({_cause(error)})"))

    for folder, children, files in os.walk(root, onerror=refuse):
        here = Path(folder)
        problems.extend(_escaping_folders(here, children, root))
        children[:] = [child for child in children if not child.startswith((".", "__MACOSX"))]
        yield from (here / name for name in files if is_json_name(name))


def _escaping_folders(here: Path, children: list[str], root: Path) -> Iterator[SourceProblem]:
    for child in sorted(children):
        path = here / child
        if path.is_symlink() and not _is_inside(path, root.resolve()):
            yield _escapes(_relative(path, root) + "/")


def _read(path: Path, name: str, real_root: Path, limits: Limits) -> tuple[str, bytes] | SourceProblem:
    if path.is_symlink() and not _is_inside(path, real_root):
        return _escapes(name)
    return read_file(path, name, limits)


def _is_inside(path: Path, real_root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(real_root)
    except (OSError, RuntimeError):  # a link that leads back to itself
        return False


def _escapes(name: str) -> SourceProblem:
    what = "is a link that leaves the folder and was not followed"
    return unreadable(name, what, reason_code="unsafe_path")


def _relative(path: Path, root: Path) -> str:
    text = path.relative_to(root).as_posix()
    # names that are no text on this file system must still be storable
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _cause(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
