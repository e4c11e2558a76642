"""What two tenants have, and what of it is not the same."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import islice

from app.core import redact
from app.plugins.drift.across.portable import Portable, Unresolved
from app.plugins.drift.across.side import Match, Side
from app.plugins.drift.compare import changed_paths, changes_between
from app.plugins.inventory import list_rules

CHUNK = 100  # pairs whose bodies are in memory at a time


class Standing(StrEnum):
    """How a policy of one tenant stands to the other."""

    ONLY_A = "only_a"
    ONLY_B = "only_b"
    DIFFERENT = "different"
    SAME = "same"
    AMBIGUOUS = "ambiguous"  # one name, several policies of its type


@dataclass(frozen=True)
class Entry:
    """One policy, or one of each tenant.

    Attributes:
        paths: what differs, at most 1,000.
        changes: how many leaves differ.
        secrets: values that cannot be compared.
    """

    match: Match
    standing: Standing
    paths: Sequence[str] = ()
    changes: int = 0
    secrets: int = 0
    unresolved_a: frozenset[Unresolved] = field(default_factory=frozenset)
    unresolved_b: frozenset[Unresolved] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Comparison:
    """Two sides; nothing is read before it is asked for."""

    a: Side
    b: Side
    collection: str | None = None

    @cached_property
    def matches(self) -> Sequence[Match]:
        """Every policy that can be judged, in order; collections that a side did not read are left out."""
        everything = {*self.a.policies, *self.b.policies}
        return sorted(match for match in everything if self._is_judged(match))

    @property
    def counts(self) -> Counter[Standing]:
        """How many stand how, as far as names tell: `same` counts those of both, equal or not."""
        return Counter(self._standing(match) for match in self.matches)

    @cached_property
    def not_compared(self) -> Sequence[tuple[str, str]]:
        """(collection, why) of what cannot be judged, or only in part."""
        return [*self._not_compared()]

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Every match from a position on, contents compared; some at a time."""
        waiting = iter(self.matches[start:])
        while chunk := list(islice(waiting, CHUNK)):
            both = [match for match in chunk if self._standing(match) is Standing.SAME]
            contents_a, contents_b = self.a.contents(both), self.b.contents(both)
            for match in chunk:
                if match in contents_a:
                    yield _compared(match, contents_a[match], contents_b[match])
                else:
                    yield Entry(match, self._standing(match))

    def _is_judged(self, match: Match) -> bool:
        if self.collection not in {None, match.collection}:
            return False
        if not all(side.state(match.collection).read_something for side in (self.a, self.b)):
            return False
        standing = self._standing(match)
        lacking = {Standing.ONLY_A: self.b, Standing.ONLY_B: self.a}.get(standing)
        return lacking is None or lacking.state(match.collection).is_complete

    def _standing(self, match: Match) -> Standing:
        ours, theirs = (len(side.policies.get(match, ())) for side in (self.a, self.b))
        if ours > 1 or theirs > 1:
            return Standing.AMBIGUOUS
        if not (ours and theirs):
            return Standing.ONLY_A if ours else Standing.ONLY_B
        return Standing.SAME

    def _not_compared(self) -> Iterator[tuple[str, str]]:
        for collection in sorted({*self.a.states, *self.b.states}):
            for side, other in ((self.a, self.b), (self.b, self.a)):
                state, name = side.state(collection), side.tenant.name
                if not state.read_something and other.state(collection).read_something:
                    yield collection, f"{name} read nothing of it ({state.value})"
                elif state.read_something and not state.is_complete:
                    yield collection, f"{name} read it in part ({state.value}): what it lacks is not claimed"


def _compared(match: Match, ours: Portable, theirs: Portable) -> Entry:
    changes = changes_between(ours.content, theirs.content, list_rules)
    return Entry(
        match,
        Standing.DIFFERENT if changes else Standing.SAME,
        changed_paths(changes, redact),
        len(changes),
        max(ours.secrets, theirs.secrets),
        frozenset(ours.unresolved),
        frozenset(theirs.unresolved),
    )
