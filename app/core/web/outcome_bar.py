"""How the outcomes of a run's items share the width of a bar."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 3  # percent: one failure among thousands is still seen


@dataclass(frozen=True, slots=True)
class OutcomeBar:
    """Parts in percent of the bar, from left to right, and what is said beside it.

    Attributes:
        failed_at: where the part of failed items begins; and so on.
        words: how many items are done, of how many; empty: there are none.
    """

    succeeded: float
    failed: float
    unknown: float
    skipped: float
    failed_at: float
    unknown_at: float
    skipped_at: float
    words: str


def outcome_bar_of(counts: object) -> OutcomeBar:
    """The bar of a run's counters; failures and lost items take at least 3 percent each.

    Args:
        counts: a run, a row of the list, or the same counters by name.
    """
    succeeded, failed, lost, skipped = (
        _number(counts, name) for name in ("succeeded", "failed", "unknown", "skipped")
    )
    done = succeeded + failed + lost + skipped
    expected = _number(counts, "total") or _number(counts, "total_items")
    total = max(expected, done)
    bad = min(max(100 * failed / total, LEAST), 100 - LEAST if lost else 100) if failed else 0
    warn = min(max(100 * lost / total, LEAST), 100 - bad) if lost else 0
    rest = total - failed - lost
    scale = (100 - bad - warn) / rest if rest else 0
    good, neutral = succeeded * scale, skipped * scale
    return OutcomeBar(
        succeeded=round(good, 2),
        failed=round(bad, 2),
        unknown=round(warn, 2),
        skipped=round(neutral, 2),
        failed_at=round(good, 2),
        unknown_at=round(good + bad, 2),
        skipped_at=round(good + bad + warn, 2),
        words=_words(done, expected) if total else "",
    )


def _words(done: int, expected: int) -> str:
    return f"{done:,} of {expected:,}" if expected >= done else f"{done:,} of an expected {expected:,}"


def _number(counts: object, name: str) -> int:
    """A counter; older releases did not have each."""
    found = counts.get(name) if isinstance(counts, Mapping) else getattr(counts, name, 0)
    return int(found or 0)
