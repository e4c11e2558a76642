"""The bounded, sanitized facts that are stored and shown for a finding."""

from collections.abc import Callable, Sequence
from typing import NotRequired, TypedDict

import orjson

from app.plugins.inventory.compare.change import Change, LeafKind, SealedValue

MAX_ENTRIES = 50
MAX_VALUE = 200  # characters of one value
MAX_PATH = 300  # characters of one path
MAX_PATHS = 1_000  # paths named by `changed_paths`

Redact = Callable[[str], str]


class EvidenceEntry(TypedDict):
    """One changed leaf as text; None where the leaf was absent."""

    path: str
    kind: str
    before: str | None
    after: str | None
    before_cut: NotRequired[int]  # characters not shown; missing when nothing was cut
    after_cut: NotRequired[int]


class Evidence(TypedDict):
    """What a finding shows, ready to be stored as JSON."""

    entries: list[EvidenceEntry]
    total_changes: int
    cut_entries: int
    cut_characters: int  # of the values and paths in `entries`


def evidence_of(changes: Sequence[Change], redact: Redact) -> Evidence:
    """Reduce changes to at most 50 entries of at most 200 characters a value, counting what was cut.

    Args:
        changes: every changed leaf, in the order to show them.
        redact: takes token shapes out of a text; sees every text whole, before it is cut.
    """
    told = [_entry(change, redact) for change in changes[:MAX_ENTRIES]]
    return Evidence(
        entries=[entry for entry, _ in told],
        total_changes=len(changes),
        cut_entries=len(changes) - len(told),
        cut_characters=sum(cut for _, cut in told),
    )


def changed_paths(changes: Sequence[Change], redact: Redact) -> list[str]:
    """The paths of the changed leaves, sanitized and cut; at most the first 1,000."""
    return [_cut(redact(change.path), MAX_PATH)[0] for change in changes[:MAX_PATHS]]


def _entry(change: Change, redact: Redact) -> tuple[EvidenceEntry, int]:
    """A change as text, and how many characters of it are not shown."""
    path, path_cut = _cut(redact(change.path), MAX_PATH)
    before, before_cut = _text(change.before, redact, is_absent=change.kind is LeafKind.ADDED)
    after, after_cut = _text(change.after, redact, is_absent=change.kind is LeafKind.REMOVED)
    entry = EvidenceEntry(path=path, kind=change.kind.value, before=before, after=after)
    if before_cut:
        entry["before_cut"] = before_cut
    if after_cut:
        entry["after_cut"] = after_cut
    return entry, path_cut + before_cut + after_cut


def _text(value: object, redact: Redact, *, is_absent: bool) -> tuple[str | None, int]:
    if is_absent:
        return None, 0
    if isinstance(value, SealedValue):
        return str(value), 0
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return _cut(redact(text), MAX_VALUE)


def _cut(text: str, limit: int) -> tuple[str, int]:
    return text[:limit], max(0, len(text) - limit)
