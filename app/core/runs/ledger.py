"""The item ledger as it is written: items listed, in flight, with their outcomes, and counted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, literal, select, text, update

from app.core.db import JsonObject, changed_rows, database_now, db, execute, table_of
from app.core.runs.items import OPEN, BulkOperationRunItem, Outcome
from app.core.runs.lease import Lease
from app.core.runs.tally import FailureEntry, ItemOutcome, Tally, failure_entry

LOOKED_UP = 500  # items a query: SQLite bounds its variables
UNKNOWN = "outcome_unknown"
UNKNOWN_SAID = "A worker was lost while this item was in work; nobody can say what became of it."

_table = table_of(BulkOperationRunItem)
_INSERT = insert(_table)
_CHANGE = (
    update(_table)
    .where(
        _table.c.run_id == bindparam("to_run_id"),
        _table.c.item_id == bindparam("to_item_id"),
        text("outcome IN ('pending', 'in_flight')"),
    )
    .values({name: bindparam(f"to_{name}") for name in ("outcome", "attempt", "reason_code", "reason")})
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
    rows = [
        _row(run_id, item_id, Outcome.PENDING, attempt=0) for item_id in _unlisted(run_id, list(item_ids))
    ]
    if rows:
        execute(_INSERT, rows)
    return len(rows)


def add_repeated(run_id: int, repeated_id: int, outcomes: Sequence[Outcome]) -> int:
    """List the items of another run that stand as named; returns how many."""
    item = BulkOperationRunItem
    chosen = (
        select(literal(run_id), item.item_id, literal(Outcome.PENDING.value), literal(0), database_now())
        .where(item.run_id == repeated_id, item.outcome.in_(outcomes))
        .order_by(item.id)
    )
    columns = ["run_id", "item_id", "outcome", "attempt", "created_at"]
    execute(_INSERT.from_select(columns, chosen))
    return counts_of(run_id).total


def first_items(run_id: int, limit: int) -> list[str]:
    """Ids of a run's first items, in their order."""
    item = BulkOperationRunItem
    query = select(item.item_id).where(item.run_id == run_id).order_by(item.id).limit(limit)
    return list(db.session.scalars(query))


def write_items(lease: Lease, tally: Tally) -> int:
    """Write a tally's items behind a fence the caller has passed; returns how many were new to the ledger."""
    ended = {item.item_id: item for item in tally.outcomes}
    fresh = dict.fromkeys(_unlisted(lease.run_id, list(tally.expected)))
    new = [_ended_row(lease, ended[item_id]) for item_id in fresh if item_id in ended]
    new += [
        _row(lease.run_id, item_id, Outcome.PENDING, attempt=0) for item_id in fresh if item_id not in ended
    ]
    if new:
        execute(_INSERT, new)
    _change_open([_ended_row(lease, item) for item in tally.outcomes if item.item_id not in fresh])
    flying = [item_id for item_id in tally.in_flight if item_id not in ended]
    _change_open(
        [_row(lease.run_id, item_id, Outcome.IN_FLIGHT, attempt=lease.attempt) for item_id in flying]
    )
    return len(fresh)


def outcome_of(run_id: int, item_id: str) -> tuple[Outcome, int] | None:
    """Where one item stands and since which attempt; nothing: the ledger does not know it."""
    item = BulkOperationRunItem
    query = select(item.outcome, item.attempt).where(item.run_id == run_id, item.item_id == item_id)
    row = db.session.execute(query).one_or_none()
    return None if row is None else (Outcome(row.outcome), row.attempt)


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


def _unlisted(run_id: int, item_ids: Sequence[str]) -> list[str]:
    known: set[str] = set()
    for begin in range(0, len(item_ids), LOOKED_UP):
        query = select(BulkOperationRunItem.item_id).where(
            BulkOperationRunItem.run_id == run_id,
            BulkOperationRunItem.item_id.in_(item_ids[begin : begin + LOOKED_UP]),
        )
        known.update(db.session.scalars(query))
    return [item_id for item_id in item_ids if item_id not in known]


def _change_open(rows: Sequence[JsonObject]) -> None:
    """Write outcomes of items that have none yet: a second outcome of an item changes nothing."""
    if rows:
        named = [{f"to_{name}": value for name, value in row.items()} for row in rows]
        execute(_CHANGE, named)


def _ended_row(lease: Lease, item: ItemOutcome) -> JsonObject:
    failure = item.failure or {}
    row = _row(lease.run_id, item.item_id, item.outcome, attempt=lease.attempt)
    return row | {"reason_code": failure.get("reason_code"), "reason": failure.get("reason")}


def _row(run_id: int, item_id: str, outcome: Outcome, *, attempt: int) -> JsonObject:
    return {
        "run_id": run_id,
        "item_id": item_id,
        "outcome": outcome,
        "attempt": attempt,
        "reason_code": None,
        "reason": None,
    }
