"""What a run did since its last flush: deltas, never totals."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypedDict

from app.core.redaction import safe_reason
from app.core.runs.items import CODE_LENGTH, ITEM_LENGTH, Outcome


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


def checked_item(item_id: str) -> str:
    """The same item id.

    Raises:
        ValueError: it is empty or longer than 255 characters, which the ledger cannot hold.
    """
    if not 0 < len(item_id) <= ITEM_LENGTH:
        raise ValueError(f"item id {item_id[:40]!r} has {len(item_id)} characters, not 1 to {ITEM_LENGTH}")
    return item_id


def unique_items(item_ids: Iterable[str]) -> dict[str, None]:
    """Item ids in their order, each once.

    Raises:
        ValueError: the ledger cannot hold one of them.
    """
    return dict.fromkeys(checked_item(item_id) for item_id in item_ids)


@dataclass(frozen=True)
class ItemOutcome:
    """How one item ended.

    Attributes:
        row_id: where it stands in the ledger; none: nobody has looked.
    """

    item_id: str
    outcome: Outcome
    failure: FailureEntry | None = None
    row_id: int | None = None


@dataclass
class Tally:
    """What was gathered since the last flush.

    Attributes:
        expected: items found while running, which the ledger may not know yet.
        listed: how many items the ledger took in that the run's total does not count yet.
        outcomes: waiting for the ledger.
        in_flight: items being worked on now, as the ledger shall show.
        counts: waiting for the run's counters; may be ahead of `outcomes`, which are written earlier.
        failures: entries of failed items, waiting for the run's sample and totals.
        reports: entries that are no item's outcome, waiting for the same.
    """

    expected: dict[str, None] = field(default_factory=dict)
    listed: int = 0
    outcomes: list[ItemOutcome] = field(default_factory=list)
    in_flight: list[str] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    failures: list[FailureEntry] = field(default_factory=list)
    reports: list[FailureEntry] = field(default_factory=list)

    def add(self, item: ItemOutcome) -> None:
        """Count an outcome; a skip is no failure."""
        self.outcomes.append(item)
        self.counts[item.outcome] += 1
        if item.outcome is Outcome.FAILED and item.failure:
            self.failures.append(item.failure)

    def put_back(self, older: "Tally") -> None:
        """Take back what could not be written, in front of what came since."""
        self.expected = older.expected | self.expected
        self.listed += older.listed
        self.outcomes = older.outcomes + self.outcomes
        self.counts = older.counts + self.counts
        self.failures = older.failures + self.failures
        self.reports = older.reports + self.reports
