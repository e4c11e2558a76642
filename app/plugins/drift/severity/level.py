"""The five levels of severity."""

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
