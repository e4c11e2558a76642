"""A part of a comparison of two tenants, as much as one page shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.plugins.drift.across.comparison import Comparison, Entry, Standing
from app.plugins.drift.across.portable import Unresolved

SHOWN, LOOKED_AT = 50, 500  # policies
# What can be shown, and which standings that means; all: none is left out.
SHOWS = {
    "differences": frozenset(Standing) - {Standing.SAME},
    "only_a": frozenset({Standing.ONLY_A}),
    "only_b": frozenset({Standing.ONLY_B}),
    "different": frozenset({Standing.DIFFERENT}),
    "all": frozenset(Standing),
}


@dataclass(frozen=True)
class ComparisonPage:
    """Some entries.

    Attributes:
        start: position of the first policy that was looked at.
        end: position behind the last one.
        total: policies there are to look at.
    """

    entries: Sequence[Entry]
    start: int
    end: int
    total: int

    @property
    def has_more(self) -> bool:
        """Whether there are policies behind."""
        return self.end < self.total

    @property
    def unresolved_a(self) -> Sequence[Unresolved]:
        """Ids of the first tenant that nobody could name, in the policies shown."""
        return sorted({one for entry in self.entries for one in entry.unresolved_a})

    @property
    def unresolved_b(self) -> Sequence[Unresolved]:
        """The same of the second."""
        return sorted({one for entry in self.entries for one in entry.unresolved_b})

    @property
    def secrets(self) -> int:
        """Values that cannot be compared, in the policies shown."""
        return sum(entry.secrets for entry in self.entries)


def page_of(comparison: Comparison, show: str, start: int) -> ComparisonPage:
    """At most 50 entries from a position on, found among at most 500 policies.

    Args:
        comparison: of which.
        show: a key of `SHOWS`.
        start: a position; one behind the end shows nothing.
    """
    found: list[Entry] = []
    place = start
    for entry in comparison.entries(start):
        place += 1
        if entry.standing in SHOWS[show]:
            found.append(entry)
        if len(found) == SHOWN or place - start == LOOKED_AT:
            break
    return ComparisonPage(found, start, place, len(comparison.matches))
