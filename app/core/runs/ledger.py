"""The item ledger as it is written: items listed, in flight, with their outcomes, and counted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Insert, bindparam, func, insert, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import JsonObject, changed_rows, database_now, db, execute, table_of
from app.core.runs.items import OPEN, BulkOperationRunItem, Outcome
from app.core.runs.lease import Lease
from app.core.runs.tally import FailureEntry, ItemOutcome, Tally, failure_entry

UNKNOWN = "outcome_unknown"
UNKNOWN_SAID = "A worker was lost while this item was in work; nobody can say what became of it."

_table = table_of(BulkOperationRunItem)
_CHANGE = (
    update(_table)
    .where(
        _table.c.run_id == bindparam("of_run"),
        _table.c.item_id == bindparam("of_item"),
        text("outcome IN ('pending', 'in_flight')"),
    )
    .values(
        outcome=bindparam("to_outcome"),
        attempt=bindparam("to_attempt"),
        reason_code=bindparam("to_code"),
        reason=bindparam("to_reason"),
    )
)


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


def list_items(run_id: int, item_ids: Iterable[str]) -> int:
    """List items nobody has worked on; returns how many the ledger did not know yet."""
    rows = [{"run_id": run_id, "item_id": item_id} for item_id in item_ids]
    if not rows:
        return 0
    return execute(_listing(db.session.get_bind().dialect.name), rows).rowcount


def add_repeated(run_id: int, repeated_id: int, outcomes: Sequence[Outcome]) -> int:
    """List the items of another run that stand as named; returns how many."""
    item = BulkOperationRunItem
    chosen = (
        select(literal(run_id), item.item_id, literal(Outcome.PENDING.value), literal(0), database_now())
        .where(item.run_id == repeated_id, item.outcome.in_(outcomes))
        .order_by(item.id)
    )
    columns = ["run_id", "item_id", "outcome", "attempt", "created_at"]
    execute(insert(_table).from_select(columns, chosen))
    return counts_of(run_id).total


def first_items(run_id: int, limit: int) -> list[str]:
    """Ids of a run's first items, in their order."""
    item = BulkOperationRunItem
    query = select(item.item_id).where(item.run_id == run_id).order_by(item.id).limit(limit)
    return list(db.session.scalars(query))


def write_items(lease: Lease, tally: Tally) -> int:
    """Write a tally's items behind a fence the caller has passed; returns how many were new to the ledger.

    An item that has its outcome keeps it: a second one changes nothing.
    """
    listed = list_items(lease.run_id, tally.expected)
    rows = [_ended(lease, item) for item in tally.outcomes]
    if tally.in_flight:
        ended = {item.item_id for item in tally.outcomes}
        rows += [_in_flight(lease, item_id) for item_id in tally.in_flight if item_id not in ended]
    if rows:
        execute(_CHANGE, rows)
    return listed


def land(run_id: int, *, may_repeat: bool) -> int:
    """Settle what was in flight when a worker went: to be done again, or unknown.

    Returns:
        How many became unknown.
    """
    flying = update(BulkOperationRunItem).where(
        BulkOperationRunItem.run_id == run_id, BulkOperationRunItem.outcome == Outcome.IN_FLIGHT
    )
    if may_repeat:
        db.session.execute(flying.values(outcome=Outcome.PENDING))
        return 0
    values = {"outcome": Outcome.UNKNOWN, "reason_code": UNKNOWN, "reason": UNKNOWN_SAID}
    return changed_rows(flying.values(values))


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


@cache
def _listing(dialect_name: str) -> Insert:
    """The insert that passes over items already listed; built once, it is compiled once."""
    dialect = sqlite if dialect_name == "sqlite" else postgresql
    statement = dialect.insert(_table).values(
        outcome=Outcome.PENDING.value, attempt=0, created_at=database_now()
    )
    passing_over: Insert = statement.on_conflict_do_nothing()
    return passing_over.execution_options(preserve_rowcount=True)


def _ended(lease: Lease, item: ItemOutcome) -> JsonObject:
    failure = item.failure or {}
    return {
        "of_run": lease.run_id,
        "of_item": item.item_id,
        "to_outcome": item.outcome.value,
        "to_attempt": lease.attempt,
        "to_code": failure.get("reason_code"),
        "to_reason": failure.get("reason"),
    }


def _in_flight(lease: Lease, item_id: str) -> JsonObject:
    return _ended(lease, ItemOutcome(item_id, Outcome.IN_FLIGHT))
