"""Which collection a document belonged to that nobody could read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.core import SourceProblem


def attributed(
    problems: Iterable[SourceProblem], known_before: Mapping[str, str], read_now: Mapping[str, str]
) -> list[SourceProblem]:
    """Problems with their collection, where path, folder or the whole export tell it.

    Args:
        problems: as the reader found them.
        known_before: path -> collection of what the store holds.
        read_now: path -> collection of what this sync read.
    """
    siblings: dict[str, set[str]] = {}
    for path, collection in read_now.items():
        siblings.setdefault(_folder(path), set()).add(collection)
    everything = set(read_now.values())

    def home(path: str) -> str | None:
        if path in known_before:
            return known_before[path]
        for candidates in (siblings.get(_folder(path), set()), everything):
            if len(candidates) == 1:
                return next(iter(candidates))
        return None

    return [p if p.collection or not p.is_failure else replace(p, collection=home(p.path)) for p in problems]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
