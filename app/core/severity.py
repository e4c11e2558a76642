"""How soon a person should look at a finding."""

from collections.abc import Mapping
from enum import StrEnum


class Severity(StrEnum):
    """How soon a person should look; sort by `rank`, not by the text."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return list(Severity).index(self)

    @property
    def one_step_up(self) -> "Severity":
        """The next more severe level; critical stays critical."""
        return list(Severity)[max(0, self.rank - 1)]


def counted(said: object) -> dict[str, int]:
    """Severity -> how many, most severe first; zeros, and whatever else was said, are left out."""
    given = said if isinstance(said, Mapping) else {}
    found = {severity.value: given.get(severity.value) for severity in Severity}
    return {name: count for name, count in found.items() if type(count) is int and count > 0}


def worst_rank(counts: Mapping[str, int]) -> int | None:
    """Rank of the most severe of some findings; none: there are none."""
    return min((Severity(name).rank for name, count in counts.items() if count), default=None)


def in_words(counts: Mapping[str, int]) -> str:
    """Such as `2 critical, 1 low`, most severe first; empty: there are none."""
    return ", ".join(f"{count:,} {name}" for name, count in counted(counts).items())
