"""What a modified policy looks like from afar: the same shape in many policies has one cause."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from app.plugins.drift.compare import Change, LeafKind
from app.plugins.inventory import SealedValue

RENAMED, ASSIGNED, UNASSIGNED = "renamed", "assigned", "unassigned"
MOST_LEAVES = 20  # of a shape that may be growth: what a new version of the schema brings at once
NAMES = frozenset({("displayName",), ("name",)})
_ASSIGNMENTS = "assignments"

Leaf = tuple[str, str, str]  # added or removed, path, value as text


@dataclass(frozen=True)
class Shape:
    """What all changes of one policy have in common.

    Attributes:
        name: at most 32 characters; equal shapes have equal names.
        leaves: the leaves that came or went, where that is all that happened.
    """

    name: str
    leaves: tuple[Leaf, ...] = ()


def shape_of(
    changes: Sequence[Change], before: Mapping[str, object], after: Mapping[str, object]
) -> Shape | None:
    """The shape of a modified policy; none: its changes are its own.

    Args:
        changes: every change that counts.
        before: the earlier canonical content.
        after: the later one.
    """
    if not changes:
        return None
    if all(change.names in NAMES for change in changes):
        return Shape(RENAMED)
    if all(change.names[:1] == (_ASSIGNMENTS,) for change in changes):
        return _assignment_shape(before, after)
    return _growth(changes)


def _assignment_shape(before: Mapping[str, object], after: Mapping[str, object]) -> Shape | None:
    had, has = bool(before.get(_ASSIGNMENTS)), bool(after.get(_ASSIGNMENTS))
    if had == has:
        return None
    return Shape(ASSIGNED if has else UNASSIGNED)


def _growth(changes: Sequence[Change]) -> Shape | None:
    """Properties that came or went as a whole: a schema grows by properties, never by elements of a list."""
    leaves = tuple(_leaf(change) for change in changes)
    is_schema = all(change.kind is not LeafKind.CHANGED and not change.keys for change in changes)
    if len(leaves) > MOST_LEAVES or not is_schema or any(change.is_secret for change in changes):
        return None
    return Shape(blake2b(json.dumps(sorted(leaves)).encode(), digest_size=16).hexdigest(), leaves)


def _leaf(change: Change) -> Leaf:
    value = change.after if change.kind is LeafKind.ADDED else change.before
    text = str(value) if isinstance(value, SealedValue) else json.dumps(value, sort_keys=True)
    return change.kind.value, change.path, text
