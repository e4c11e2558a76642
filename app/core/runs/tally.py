"""What a run did since its last flush: deltas, never totals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from app.core.redaction import safe_reason

ITEM_LENGTH = 255
CODE_LENGTH = 80


class Outcome(StrEnum):
    """How one item ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class FailureEntry(TypedDict, total=False):
    """One entry of a run's failures: a stable code and a short, sanitized sentence."""

    reason_code: str
    reason: str
    item_id: str
    type: str


def failure_entry(reason_code: str, reason: str, *, item_id: str | None = None) -> FailureEntry:
    """A sanitized failure entry."""
    entry = FailureEntry(reason_code=reason_code[:CODE_LENGTH], reason=safe_reason(reason))
    if item_id is not None:
        entry["item_id"] = safe_reason(item_id, ITEM_LENGTH)
    return entry


def unique_items(item_ids: Iterable[str]) -> dict[str, None]:
    """Item ids in their order, each once.

    Raises:
        ValueError: an id is empty or longer than 255 characters, which the ledger cannot hold.
    """
    unique = dict.fromkeys(item_ids)
    for item_id in unique:
        if not 0 < len(item_id) <= ITEM_LENGTH:
            raise ValueError(
                f"item id {item_id[:40]!r} has {len(item_id)} characters, not 1 to {ITEM_LENGTH}"
            )
    return unique


@dataclass(frozen=True)
class ItemOutcome:
    """One ledger row to be written."""

    item_id: str
    outcome: Outcome
    failure: FailureEntry | None = None


@dataclass
class Tally:
    """Outcomes and failure entries gathered since the last flush."""

    outcomes: list[ItemOutcome] = field(default_factory=list)
    reports: list[FailureEntry] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many items ended so."""
        return sum(1 for item in self.outcomes if item.outcome is outcome)

    @property
    def failures(self) -> list[FailureEntry]:
        """Entries of failed items first, then the other reports; a skip is no failure."""
        failed = [item.failure for item in self.outcomes if item.outcome is Outcome.FAILED and item.failure]
        return failed + self.reports
