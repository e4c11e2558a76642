"""How many runs have ended, kept as they end, so that a list says it without counting them.

Active runs are few and are counted as they stand; see `app.core.runs.bucket_counts`.
"""

from collections.abc import Sequence
from datetime import UTC, date
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    FromClause,
    Insert,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CoreModel, JsonObject, execute, table_of
from app.core.runs.locked import LockedRun
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import ENDED
from app.core.statements import Change, is_sqlite, upsert
from app.core.tenants import Tenant

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

EVER = date(1, 1, 1)  # the "day" of the row that counts all days together
KINDS = ("resource", "action", "label", "initiator", "status_bucket")  # of runs that are counted apart


class RunCount(CoreModel):
    """How many runs of one kind that a tenant has kept ended; by the UTC day they were created, and ever."""

    __tablename__ = "bulk_operation_run_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)  # rows lie in the order in which they are summed

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True)
    status_bucket: Mapped[str] = mapped_column(String(24), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    resource: Mapped[str] = mapped_column(String(50), primary_key=True)
    action: Mapped[str] = mapped_column(String(50), primary_key=True)
    initiator: Mapped[str] = mapped_column(String(255), primary_key=True)
    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    runs: Mapped[int] = mapped_column(Integer)


_counts = table_of(RunCount)
_COLUMNS = ("tenant_id", "day", *KINDS, "runs")


def counting(run: LockedRun) -> Change:
    """The statement that counts a locked run whose final state is set, to be executed with that."""
    values = {f"count_{name}": getattr(run, name) for name in ("tenant_id", *KINDS[:-1])}
    day = run.created_at.astimezone(UTC).date()
    return _counting(on_sqlite=is_sqlite()), values | {"count_status_bucket": run.bucket, "count_day": day}


def counted(run: FromClause) -> Insert:
    """The same as a part of the statement that ends a run; for PostgreSQL.

    Args:
        run: with the `counted_columns`; gives a row if the run ends.
    """
    return _adding(_each_twice(run, literal(1), on_sqlite=False), on_sqlite=False)


def counted_columns(runs: FromClause) -> list[ColumnElement[Any]]:
    """What `counted` needs of a run."""
    return [runs.c[name] for name in ("tenant_id", "created_at", *KINDS)]


def uncount(tenant: Tenant, run_ids: Sequence[int]) -> None:
    """Take runs that have ended and are removed in this transaction out of the counts."""
    runs = table_of(BulkOperationRun)
    these = select(*counted_columns(runs)).where(
        runs.c.tenant_id == tenant.id, runs.c.id.in_(run_ids), runs.c.status_bucket.in_(ENDED)
    )
    each = _each_twice(these.subquery(), literal(-1), on_sqlite=is_sqlite()).subquery()
    keys = [each.c[name] for name in _COLUMNS[:-1]]
    # In the order in which ends count, so that no two transactions wait for each other's rows.
    summed = select(*keys, func.sum(each.c.runs)).where(true()).group_by(*keys).order_by(*keys)
    execute(_adding(summed, on_sqlite=is_sqlite()))
    execute(delete(_counts).where(_counts.c.tenant_id == tenant.id, _counts.c.runs <= 0))


@cache
def _counting(*, on_sqlite: bool) -> Insert:
    kinds = {name: bindparam(f"count_{name}", type_=_counts.c[name].type) for name in ("tenant_id", *KINDS)}
    day = bindparam("count_day", type_=Date())
    rows: list[JsonObject] = [
        {**kinds, "day": literal(EVER, Date()), "runs": literal(1)},
        {**kinds, "day": day, "runs": literal(1)},
    ]
    return _summing(upsert(RunCount, on_sqlite=on_sqlite).values(rows))


def _each_twice(run: FromClause, by: ColumnElement[int], *, on_sqlite: bool) -> AnySelect:
    """Each run for ever and for its day."""
    created = run.c.created_at
    day = func.date(created) if on_sqlite else cast(func.timezone("UTC", created), Date)
    rows = [
        select(run.c.tenant_id, counted_on.label("day"), *(run.c[name] for name in KINDS), by.label("runs"))
        for counted_on in (literal(EVER, Date()), day)
    ]
    both = union_all(*rows).subquery()
    return select(*(both.c[name] for name in _COLUMNS)).where(true())  # SQLite: else ON would be a join's


def _adding(rows: AnySelect, *, on_sqlite: bool) -> Insert:
    return _summing(upsert(RunCount, on_sqlite=on_sqlite).from_select(list(_COLUMNS), rows))


def _summing(rows: postgresql.Insert) -> Insert:
    together = {"runs": _counts.c.runs + rows.excluded.runs}
    return rows.on_conflict_do_update(index_elements=list(_COLUMNS[:-1]), set_=together)
