"""What coverage does not let us believe: counted and explained, never guessed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.core import JsonObject
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.pair import SnapshotPair, states_of
from app.plugins.inventory import CoverageState, PolicyDifference, unread_in


@dataclass
class Withholding:
    """Judges the differences of one collection.

    Attributes:
        baseline: how completely the baseline read it.
        current: how completely the current sync read it.
        unread_before: ids of policies the baseline did not see but cannot call gone.
        unread_after: the same of the current sync.
        counts: change kind -> how many were withheld.
    """

    baseline: CoverageState
    current: CoverageState
    unread_before: set[str]
    unread_after: set[str]
    counts: Counter[ChangeKind] = field(default_factory=Counter)

    @property
    def is_comparable(self) -> bool:
        """Whether both sides read anything of it."""
        return self.baseline.read_something and self.current.read_something

    def believed(self, differences: Iterable[PolicyDifference]) -> Iterator[PolicyDifference]:
        """The differences that both reads bear out; the others are counted."""
        seen = set()
        for difference in differences:
            seen.add(difference.policy_id)
            kind = kind_of(difference)
            if self._is_known(difference, kind):
                yield difference
            else:
                self.counts[kind] += 1
        # Unchanged as far as anybody knows, but one side did not look: it may be gone, or new.
        self.counts[ChangeKind.REMOVED] += len(self.unread_after - self.unread_before - seen)
        self.counts[ChangeKind.ADDED] += len(self.unread_before - self.unread_after - seen)

    def sentence(self, label: str) -> str | None:
        """Why something was withheld, or nothing."""
        counted = ", ".join(f"{count} {kind.value}" for kind, count in sorted(self.counts.items()) if count)
        if not counted:
            return None
        incomplete = " and ".join(
            f"the {side} sync is {state.value}"
            for side, state in (("baseline", self.baseline), ("current", self.current))
            if not state.is_complete
        )
        return f"{label}: {counted} withheld, because {incomplete}."

    def why_not(self, label: str) -> str:
        """Why nothing is claimed of it, where it is not comparable."""
        missing = "current" if self.baseline.read_something else "baseline"
        return f"{label}: the {missing} sync read nothing of this type, so nothing is claimed."

    def _is_known(self, difference: PolicyDifference, kind: ChangeKind) -> bool:
        if difference.policy_id in self.unread_before or difference.policy_id in self.unread_after:
            return False
        if kind is ChangeKind.ADDED:
            return self.baseline.is_complete
        return kind is not ChangeKind.REMOVED or self.current.is_complete


def judges_of(pair: SnapshotPair) -> dict[str, Withholding]:
    """One for each collection that either snapshot knows of."""
    before, after = states_of(pair.baseline), states_of(pair.current)
    unread_before, unread_after = (
        _ids_by_collection(unread_in(sync)) for sync in (pair.baseline, pair.current)
    )
    return {
        name: Withholding(
            baseline=before.get(name, CoverageState.SKIPPED),
            current=after.get(name, CoverageState.SKIPPED),
            unread_before=unread_before[name],
            unread_after=unread_after[name],
        )
        for name in {*before, *after}
    }


def withheld_by(judges: Iterable[Withholding]) -> JsonObject:
    """Change kind -> how many were withheld in all; zeros are left out."""
    total: Counter[ChangeKind] = Counter()
    for judge in judges:
        total += judge.counts
    return {kind.value: count for kind, count in total.items() if count}


def kind_of(difference: PolicyDifference) -> ChangeKind:
    """What a difference is, taken by itself."""
    if difference.before is None:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if difference.after is None else ChangeKind.MODIFIED


def _ids_by_collection(unread: Mapping[str, str]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for policy_id, collection in unread.items():
        found[collection].add(policy_id)
    return found
