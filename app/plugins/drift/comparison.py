"""One comparison of two snapshots while it is made, and what its run tells of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core import JsonObject
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.gates import Group, groups_in
from app.plugins.drift.history import EventKind
from app.plugins.drift.ignoring import IgnoreRules
from app.plugins.drift.line import Line
from app.plugins.drift.pair import SnapshotPair
from app.plugins.drift.seeing import gate_counts
from app.plugins.drift.undone import Undone
from app.plugins.drift.withholding import Withholding, withheld_by
from app.plugins.drift.writer import FindingWriter


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What one drift generation works with.

    Attributes:
        pair: what is compared.
        line: to which the findings belong.
        judges: by collection: what coverage lets us believe.
        rules: what is nobody's drift.
        writer: of the findings; it counts what it sees.
        undone: leaves out what only takes back an earlier change.
        notes: sentences about collections, in the order in which they were compared.
    """

    pair: SnapshotPair
    line: Line
    judges: Mapping[str, Withholding]
    rules: IgnoreRules
    writer: FindingWriter
    undone: Undone
    notes: list[str] = field(default_factory=list)

    def groups(self) -> list[Group]:
        """What gates hold of the collections that both sides read, once all of them are compared."""
        facts = self.writer.facts
        return list(groups_in([facts[name] for name, judge in self.judges.items() if judge.is_comparable]))


def summary_of(
    comparison: Comparison, groups: Sequence[Group], held: Counter[str], happened: Mapping[str, int]
) -> JsonObject:
    """The summary of a run whose comparison is complete; docs/drift.md says what it means.

    Args:
        comparison: everything of it was written.
        groups: of findings that wait for a person.
        held: gate -> how many findings it holds.
        happened: kind of event -> how many the run recorded, in all its attempts.
    """
    writer, undone, pair = comparison.writer, comparison.undone, comparison.pair
    withheld = withheld_by(comparison.judges.values())
    return {
        "line": comparison.line.value,
        "resolved": happened.get(EventKind.RESOLVED, 0),
        "reopened": happened.get(EventKind.REOPENED, 0),
        "returned": happened.get(EventKind.RETURNED, 0),
        "baseline_run_id": pair.baseline.id,
        "current_run_id": pair.current.id,
        "findings": {kind.value: writer.counts[kind] for kind in ChangeKind},
        "withheld": withheld,
        "gates": gate_counts(withheld, writer, held),
        "hidden_by_rule": dict(writer.hidden.findings),
        "hidden_changes_by_rule": dict(writer.hidden.changes),
        "undone": undone.count,
        "notes": [
            *comparison.notes,
            *comparison.rules.sentences(writer.hidden),
            *(f"Held for confirmation: {group.sentence}" for group in groups),
            *filter(None, [undone.sentence()]),
        ],
    }
