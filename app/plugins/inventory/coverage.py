"""How completely something was read: the ground on which absences are believed or not."""

from dataclasses import dataclass
from enum import StrEnum


class CoverageState(StrEnum):
    """State of one collection in one sync."""

    COMPLETE = "complete"  # everything there was
    TRUNCATED = "truncated"  # some of it
    DENIED = "denied"  # the source refused
    FAILED = "failed"  # the source broke
    THROTTLED = "throttled"  # the source asked to stop
    LICENSE_MISSING = "license_missing"  # the tenant does not have the feature
    SKIPPED = "skipped"  # nothing of it was in the source

    @property
    def is_complete(self) -> bool:
        """Whether an absence means that something is gone."""
        return self is CoverageState.COMPLETE

    @property
    def read_something(self) -> bool:
        """Whether what is present means anything."""
        return self in {CoverageState.COMPLETE, CoverageState.TRUNCATED}


@dataclass(frozen=True)
class Completeness:
    """How many collections were there, and how many of them were read completely."""

    complete: int = 0
    there: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.complete == self.there


class SyncStatus(StrEnum):
    """Where a snapshot stands."""

    RUNNING = "running"
    COMPLETED = "completed"  # every collection that was there is complete
    COMPLETED_WITH_ERRORS = (
        "completed_with_errors"  # some are not: comparisons withhold what they cannot know
    )
    FAILED = "failed"  # not to be compared with

    @property
    def is_comparable(self) -> bool:
        """Whether it may be compared with another."""
        return self in {SyncStatus.COMPLETED, SyncStatus.COMPLETED_WITH_ERRORS}
