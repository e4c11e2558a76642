"""The stored changes of a finding in the order and the words of its page: by element of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.plugins.drift.compare import EvidenceEntry
from app.plugins.drift.shown.labels import label_of
from app.plugins.drift.shown.path_text import Step, steps_of

ASSIGNMENTS = "assignments"


@dataclass(frozen=True)
class ShownChange:
    """One changed leaf, with what it is called within its group."""

    label: str
    entry: EvidenceEntry


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of one element of a list, or of one property.

    Attributes:
        kind: added, removed or changed: what happened to it as a whole.
    """

    label: str
    kind: str
    changes: Sequence[ShownChange]


def change_groups(entries: Sequence[EvidenceEntry], targets: Mapping[str, str]) -> list[ChangeGroup]:
    """Group changed leaves by the outermost element of a list they belong to.

    Args:
        entries: as they are stored.
        targets: key of an assignment -> whom it means, where that is known.
    """
    found: dict[tuple[Step, ...], list[tuple[tuple[Step, ...], EvidenceEntry]]] = {}
    for entry in entries:
        steps = steps_of(entry["path"])
        cut = next((place for place, step in enumerate(steps, start=1) if step.is_key), len(steps))
        found.setdefault(steps[:cut], []).append((steps[cut:], entry))
    return [_group(head, members, targets) for head, members in found.items()]


def _group(
    head: tuple[Step, ...],
    members: Sequence[tuple[tuple[Step, ...], EvidenceEntry]],
    targets: Mapping[str, str],
) -> ChangeGroup:
    kinds = {entry["kind"] for _, entry in members}
    changes = [ShownChange(label_of(rest) if rest else "", entry) for rest, entry in members]
    return ChangeGroup(_head(head, targets), kinds.pop() if len(kinds) == 1 else "changed", changes)


def _head(head: tuple[Step, ...], targets: Mapping[str, str]) -> str:
    if len(head) == 2 and head[0].text == ASSIGNMENTS and head[1].is_key:
        return f"Assignment: {targets.get(head[1].text) or label_of(head[1:])}"
    return label_of(head)
