"""What the item ledger of a run comes to."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import db
from app.core.runs.items import OPEN, BulkOperationRunItem, Outcome
from app.core.runs.tally import FailureEntry, failure_entry

UNKNOWN = "outcome_unknown"


@dataclass(frozen=True)
class LedgerCounts:
    """What the ledger of one run holds.

    Attributes:
        outcomes: outcome -> items.
        reasons: reason code -> items that failed or are unknown for it.
    """

    outcomes: Counter[Outcome]
    reasons: Counter[str]

    @property
    def total(self) -> int:
        """All items."""
        return self.outcomes.total()

    @property
    def processed(self) -> int:
        """Items with an outcome."""
        return self.total - sum(self.outcomes[outcome] for outcome in OPEN)


def counts_of(run_id: int) -> LedgerCounts:
    """Count a run's ledger."""
    item, outcomes, reasons = BulkOperationRunItem, Counter[Outcome](), Counter[str]()
    query = (
        select(item.outcome, item.reason_code, func.count())
        .where(item.run_id == run_id)
        .group_by(item.outcome, item.reason_code)
    )
    for outcome, reason_code, count in db.session.execute(query):
        outcomes[Outcome(outcome)] += count
        if reason_code is not None and outcome in {Outcome.FAILED, Outcome.UNKNOWN}:
            reasons[reason_code] += count
    return LedgerCounts(outcomes, reasons)


def failed_items(run_id: int, limit: int) -> list[FailureEntry]:
    """Entries of the first items that failed or are unknown."""
    item = BulkOperationRunItem
    query = (
        select(item.item_id, item.reason_code, item.reason)
        .where(item.run_id == run_id, item.outcome.in_((Outcome.FAILED, Outcome.UNKNOWN)))
        .order_by(item.id)
        .limit(limit)
    )
    rows = db.session.execute(query)
    return [failure_entry(code or UNKNOWN, reason or "", item_id=item_id) for item_id, code, reason in rows]


def first_items(run_id: int, limit: int) -> list[str]:
    """Ids of a run's first items, in their order."""
    item = BulkOperationRunItem
    query = select(item.item_id).where(item.run_id == run_id).order_by(item.id).limit(limit)
    return list(db.session.scalars(query))
