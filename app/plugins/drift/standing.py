"""Where a finding stands."""

from datetime import datetime
from enum import StrEnum

from app.core import clock


class FindingState(StrEnum):
    """What became of a finding so far; the first two are open."""

    NEW = "new"  # nobody has seen to it, or it changed since
    ACKNOWLEDGED = "acknowledged"  # somebody accepted it as it is now
    RESOLVED = "resolved"  # a complete read no longer shows it
    ABSORBED = "absorbed"  # a later version of the baseline holds it


class StateFilter(StrEnum):
    """Which findings a list shows."""

    OPEN = "open"
    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ABSORBED = "absorbed"
    ALL = "all"


def is_over(until: datetime | None) -> bool:
    """Whether something that holds until a moment holds no more; none: it holds for good."""
    return until is not None and until <= clock.now()
