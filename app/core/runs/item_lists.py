"""Lists of a run's items: filtered, a page at a time, in the order of the ledger.

Each outcome is a part of its own in the query, and the database merges the parts: whatever outcomes are asked
for, every page is read along an index, and none of a million items is read twice or sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, func, or_, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import db
from app.core.runs.items import OPEN, BulkOperationRunItem, Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import LARGEST_ID
from app.core.statements import is_sqlite

REASONS = 50  # codes that a filter offers
WITH_REASONS = (Outcome.FAILED, Outcome.SKIPPED, Outcome.UNKNOWN)

Fixed: TypeAlias = dict[InstrumentedAttribute[Any], str]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

_item = BulkOperationRunItem
_LISTED = (
    _item.id,
    _item.item_id,
    _item.outcome,
    _item.attempt,
    _item.reason_code,
    _item.reason,
    _item.created_at,
)


class ItemGroup(StrEnum):
    """One of the lists in which an operator looks for an item."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNPROCESSED = "unprocessed"  # waits, or is in work
    UNKNOWN = "unknown"

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Where its items stand."""
        return OPEN if self is ItemGroup.UNPROCESSED else (Outcome(self.value),)


@dataclass(frozen=True)
class ItemFilter:
    """Which items are asked for; an empty filter means all.

    Attributes:
        outcomes: that stand so.
        reason_code: for this reason; empty: for any or none.
        text: a part of the item's id or of its reason, whatever its case; empty: any.
        after: only behind this row number, of the last item of the page before.
    """

    outcomes: tuple[Outcome, ...] = tuple(Outcome)
    reason_code: str = ""
    text: str = ""
    after: int = 0


def list_items(run: BulkOperationRun, wanted: ItemFilter, *, limit: int) -> Sequence[AnyRow]:
    """Items of a run, which was found through its tenant, in their order; at most `limit`."""
    query = item_query(run.id, wanted, limit=limit, on_sqlite=is_sqlite())
    return db.session.execute(query).all()


def item_query(run_id: int, wanted: ItemFilter, *, limit: int, on_sqlite: bool) -> AnySelect:
    """The query of `list_items`, for whoever has a connection of their own.

    Args:
        run_id: of a run that was found through its tenant.
        wanted: which items.
        limit: in items.
        on_sqlite: for which database; else for PostgreSQL.
    """
    standing = _standing_on_sqlite if on_sqlite else _standing_on_server
    parts = [standing(run_id, _fixed(outcome, wanted), wanted.after) for outcome in wanted.outcomes]
    pages = [_saying(part, wanted.text).limit(limit).subquery() for part in parts]
    merged = union_all(*(select(page) for page in pages)).subquery()
    return select(merged).order_by(merged.c.id).limit(limit)


def group_counts(run: BulkOperationRun) -> dict[ItemGroup, int]:
    """How many items of each list a run has, from its counters: the ledger is not read."""
    counts = run.counts | {"unprocessed": run.counts["remaining"]}
    return {group: counts[group.value] for group in ItemGroup}


def reasons_of(run: BulkOperationRun) -> list[str]:
    """Reason codes in the ledger of a run, which was found through its tenant: a seek each, not a scan."""
    steps = [_reasons_of(run.id, outcome) for outcome in WITH_REASONS]
    return sorted(set(db.session.scalars(union_all(*steps))))


def _fixed(outcome: Outcome, wanted: ItemFilter) -> Fixed:
    """What the items of one part have in common, in the order of the index that serves it."""
    alike: Fixed = {_item.outcome: outcome.value}
    return alike | {_item.reason_code: wanted.reason_code} if wanted.reason_code else alike


def _standing_on_sqlite(run_id: int, fixed: Fixed, after: int) -> AnySelect:
    alike = (column == value for column, value in fixed.items())
    return select(*_LISTED).where(_item.run_id == run_id, *alike, _item.id > after).order_by(_item.id)


def _standing_on_server(run_id: int, fixed: Fixed, after: int) -> AnySelect:
    """The same from a place to a place in the index, and in the order that no other index has.

    Said as above, PostgreSQL may walk the primary key and pass over whatever stands between: it takes
    outcomes for evenly spread.
    """
    columns, values = (*fixed, _item.id), tuple(fixed.values())
    place = tuple_(*columns)
    query = select(*_LISTED).where(_item.run_id == run_id, place > (*values, after))
    query = query.where(place <= (*values, LARGEST_ID)).order_by(*columns)
    return query.where(_item.reason_code.is_not(None)) if _item.reason_code in fixed else query


def _saying(query: AnySelect, text: str) -> AnySelect:
    if not text:
        return query
    said = (_item.item_id, _item.reason)
    return query.where(or_(*(column.icontains(text, autoescape=True) for column in said)))


def _reasons_of(run_id: int, outcome: Outcome) -> AnySelect:
    """Each code from the one before, along the index: however many items bear it."""
    least = select(func.min(_item.reason_code).label("code")).where(
        _item.run_id == run_id, _item.outcome == outcome, _item.reason_code.is_not(None)
    )
    found = least.cte(f"{outcome.value}_codes", recursive=True)
    following = least.where(_item.reason_code > found.c.code).scalar_subquery()
    found = found.union_all(select(following).where(found.c.code.is_not(None)))
    some = select(found.c.code).where(found.c.code.is_not(None)).limit(REASONS).subquery()
    return select(some.c.code)
