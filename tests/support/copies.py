"""Runs by the hundred, copied in the database: a server that has few rows reads them in any way."""

from sqlalchemy import insert, literal, select, text, true

from app.core.db import db, table_of
from app.core.runs.models import BulkOperationRun
from app.core.statements import is_sqlite

MANY = 500


def copy_runs(*runs, times=MANY):
    """Add copies of runs, past the lifecycle and uncounted, and tell a server how many rows there are."""
    table = table_of(BulkOperationRun)
    names = [column.name for column in table.c if column.name != "id"]
    numbers = select(literal(1).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < times))
    for run in runs:
        copies = select(*(table.c[name] for name in names)).select_from(table.join(numbers, true()))
        db.session.execute(insert(table).from_select(names, copies.where(table.c.id == run.id)))
    db.session.commit()
    if not is_sqlite():
        db.session.execute(text("ANALYZE bulk_operation_runs"))
        db.session.commit()
