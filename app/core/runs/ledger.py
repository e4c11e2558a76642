"""The item ledger as it is written: items listed, in flight, with their outcomes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self, TypeAlias

from sqlalchemy import (
    ARRAY,
    Insert,
    Integer,
    any_,
    bindparam,
    insert,
    literal,
    select,
    text,
    true,
    update,
)

from app.core.db import JsonObject, changed_rows, database_now, db, execute, table_of
from app.core.runs.balance import UNKNOWN, counts_of
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.lease import Lease
from app.core.runs.tally import ItemOutcome, Tally
from app.core.statements import given_texts, is_sqlite, texts, upsert

UNKNOWN_SAID = "A worker was lost while this item was in work; nobody can say what became of it."

_table = table_of(BulkOperationRunItem)
_LISTED = ["run_id", "item_id", "outcome", "attempt", "created_at"]
# An expression, or the index of outcomes might serve: every open item of the run would be read each time.
_IS_OPEN = text("outcome || '' IN ('pending', 'in_flight')")
_CHANGING = update(_table).values(
    outcome=bindparam("to_outcome"),
    attempt=bindparam("to_attempt"),
    reason_code=bindparam("to_code"),
    reason=bindparam("to_reason"),
)
_CHANGE_OPEN = _CHANGING.where(_table.c.run_id == bindparam("of_run"), _IS_OPEN)
_CHANGE = _CHANGE_OPEN.where(_table.c.item_id == bindparam("of_item"))
_CHANGE_ALIKE = _CHANGE_OPEN.where(_table.c.item_id.in_(select(texts("item_ids", on_sqlite=True).c.value)))
# By their rows: PostgreSQL knows nothing yet of a young run's items and would compare each with all of them.
_CHANGE_ROWS = _CHANGING.where(
    _table.c.id == any_(bindparam("row_ids", type_=ARRAY(Integer))),
    _table.c.run_id + 0 == bindparam("of_run", type_=Integer()),  # an expression for the same reason
    _IS_OPEN,
)
_Item: TypeAlias = tuple[str, int | None]  # its id, and its row where that is known
ALIKE = 10  # items with one outcome and reason from which a statement for all of them is quicker


@dataclass(frozen=True)
class _Change:
    """What items come to."""

    outcome: Outcome
    reason_code: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, item: ItemOutcome) -> Self:
        failure = item.failure or {}
        return cls(item.outcome, failure.get("reason_code"), failure.get("reason"))

    @property
    def values(self) -> JsonObject:
        return {"to_outcome": self.outcome.value, "to_code": self.reason_code, "to_reason": self.reason}


def list_items(run_id: int, item_ids: Iterable[str]) -> int:
    """List items nobody has worked on; returns how many the ledger did not know yet."""
    ids = list(item_ids)
    if not ids:
        return 0
    statement = _listing(on_sqlite=is_sqlite())
    return execute(statement, {"of_run": run_id, "item_ids": given_texts(ids)}).rowcount


def add_repeated(run_id: int, repeated_id: int, outcomes: Sequence[Outcome]) -> int:
    """List the items of another run that stand as named; returns how many."""
    item = BulkOperationRunItem
    chosen = (
        select(literal(run_id), item.item_id, literal(Outcome.PENDING.value), literal(0), database_now())
        .where(item.run_id == repeated_id, item.outcome.in_(outcomes))
        .order_by(item.id)
    )
    execute(insert(_table).from_select(_LISTED, chosen))
    return counts_of(run_id).total


def write_items(lease: Lease, tally: Tally) -> int:
    """Write a tally's items behind a fence the caller has passed; returns how many were new to the ledger.

    An item that has its outcome keeps it: a second one changes nothing.
    """
    listed = list_items(lease.run_id, tally.expected)
    changes: defaultdict[_Change, list[_Item]] = defaultdict(list)
    ended = set()
    for item in tally.outcomes:
        changes[_Change.of(item)].append((item.item_id, item.row_id))
        ended.add(item.item_id)
    for item_id in tally.in_flight:
        if item_id not in ended:
            changes[_Change(Outcome.IN_FLIGHT)].append((item_id, None))
    _write(lease, changes)
    return listed


def _write(lease: Lease, changes: Mapping[_Change, Sequence[_Item]]) -> None:
    """Give items what they came to: many that are alike by a statement for all, the others each its own."""
    single = []
    for change, items in changes.items():
        values = {"of_run": lease.run_id, "to_attempt": lease.attempt, **change.values}
        others = items if len(items) < ALIKE else _write_alike(items, values)
        single += [{**values, "of_item": item_id} for item_id, _ in others]
    if single:
        execute(_CHANGE, single)


def _write_alike(items: Sequence[_Item], values: JsonObject) -> Sequence[_Item]:
    """Change many items by one statement; returns those whose row it would have to know and does not."""
    if is_sqlite():
        execute(_CHANGE_ALIKE, {**values, "item_ids": given_texts([item_id for item_id, _ in items])})
        return ()
    row_ids = [row_id for _, row_id in items if row_id is not None]
    if row_ids:
        execute(_CHANGE_ROWS, {**values, "row_ids": row_ids})
    return [item for item in items if item[1] is None]


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


@cache
def _listing(*, on_sqlite: bool) -> Insert:
    """The insert that passes over items already listed."""
    ids = texts("item_ids", on_sqlite=on_sqlite)
    run_id, pending = bindparam("of_run", type_=Integer()), literal(Outcome.PENDING.value)
    rows = select(run_id, ids.c.value, pending, literal(0), database_now()).order_by(ids.c.place)
    rows = rows.where(true())  # without it, SQLite takes the conflict clause for a join's
    listing = upsert(BulkOperationRunItem, on_sqlite=on_sqlite).from_select(_LISTED, rows)
    return listing.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
