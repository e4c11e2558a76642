"""What the gates know of one collection of a comparison: counts, however many policies changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.gates.shape import Leaf, Shape

MOST_SHAPES = 2_000  # different ones that are remembered; what nearly all policies share comes early
CRITICAL = "critical"


@dataclass
class CollectionFacts:
    """One collection that both syncs read.

    Attributes:
        collection: its key.
        label: what people call it.
        before: policies in the baseline.
        after: policies in the current sync.
        types_before: concrete type -> how many the baseline had.
        types_after: the same of the current sync.
        kinds: kind of change -> how many policies.
        removed: concrete type -> how many were removed.
        had_assignments: changed policies that carried assignments in the baseline.
        has_assignments: the same in the current sync.
        shapes: name of a shape -> how many policies have it.
        leaves: name of a shape -> its leaves.
        critical: names of shapes that some policy has in a critical finding.
    """

    collection: str
    label: str
    before: int = 0
    after: int = 0
    types_before: Mapping[str, int] = field(default_factory=dict)
    types_after: Mapping[str, int] = field(default_factory=dict)
    kinds: Counter[ChangeKind] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    had_assignments: int = 0
    has_assignments: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    leaves: dict[str, tuple[Leaf, ...]] = field(default_factory=dict)
    critical: set[str] = field(default_factory=set)

    @property
    def common(self) -> int:
        """Policies that are in both syncs."""
        gone = self.kinds[ChangeKind.REMOVED] + self.kinds[ChangeKind.RECREATED]
        return max(self.before - gone, 0)

    def note(self, kind: ChangeKind, policy_type: str) -> None:
        """One more policy that changed."""
        self.kinds[kind] += 1
        if kind is ChangeKind.REMOVED:
            self.removed[policy_type] += 1

    def note_sides(self, before: Mapping[str, object], after: Mapping[str, object]) -> None:
        """What both sides of a changed policy carry."""
        self.had_assignments += bool(before.get("assignments"))
        self.has_assignments += bool(after.get("assignments"))

    def note_shape(self, shape: Shape, severity: str) -> None:
        """One more policy of a shape."""
        if shape.name not in self.shapes and len(self.shapes) >= MOST_SHAPES:
            return
        self.shapes[shape.name] += 1
        if shape.leaves:
            self.leaves[shape.name] = shape.leaves
        if severity == CRITICAL:
            self.critical.add(shape.name)
