"""Rows by the hundred, copied in the database: a server that has few of them reads them in any way."""

from sqlalchemy import CTE, String, case, cast, insert, literal, select, text, true

from app.core.db import db, table_of
from app.core.runs.models import BulkOperationRun
from app.core.statements import is_sqlite
from app.plugins.drift.models import Finding

MANY = 500


def copy_runs(*runs, times=MANY):
    """Add copies of runs, past the lifecycle and uncounted, and tell a server how many rows there are."""
    table, numbers = table_of(BulkOperationRun), _numbers(times)
    names = [column.name for column in table.c if column.name != "id"]
    for run in runs:
        copies = select(*(table.c[name] for name in names)).select_from(table.join(numbers, true()))
        db.session.execute(insert(table).from_select(names, copies.where(table.c.id == run.id)))
    _settle(table.name)


def copy_findings(*tenants, times=MANY):
    """Add copies of all findings to each tenant: of ten copies one is open, and two have the same paths."""
    table, numbers = table_of(Finding), _numbers(times)
    number, originals = numbers.c.number, db.session.scalars(select(table.c.id)).all()
    for tenant in tenants:
        own = {
            "tenant_id": literal(tenant.id),
            "fingerprint": cast(number * MANY + table.c.id, String),
            "same_paths": cast(number / 2, String),
            "resolved_at": case((number % 10 != 0, table.c.updated_at), else_=None),
        }
        values = [own.get(column.name, column) for column in table.c if column.name != "id"]
        names = [column.name for column in table.c if column.name != "id"]
        copies = select(*values).select_from(table.join(numbers, true())).where(table.c.id.in_(originals))
        db.session.execute(insert(table).from_select(names, copies))
    _settle(table.name)


def _numbers(times: int) -> CTE:
    numbers = select(literal(1).label("number")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < times))


def _settle(table: str) -> None:
    db.session.commit()
    if not is_sqlite():
        db.session.execute(text(f"ANALYZE {table}"))
        db.session.commit()
