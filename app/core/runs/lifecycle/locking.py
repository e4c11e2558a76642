"""Reading a run so that nobody else changes it until this transaction ends."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from app.core.db import database_now, db
from app.core.errors import LeaseLostError
from app.core.runs.lease import Lease, held
from app.core.runs.models import BulkOperationRun


def locked_run(
    *condition: ColumnElement[bool], skip_locked: bool = False
) -> tuple[BulkOperationRun, datetime] | None:
    """The one run that meets the conditions, with the database's time; nothing: none does.

    On PostgreSQL its row is locked; on SQLite the whole transaction already is the only writer.
    """
    query = select(BulkOperationRun, database_now()).where(*condition)
    row = db.session.execute(
        query.with_for_update(of=BulkOperationRun, skip_locked=skip_locked).execution_options(
            populate_existing=True
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def require_locked(lease: Lease) -> tuple[BulkOperationRun, datetime]:
    """The run under a lease, locked, with the database's time.

    Raises:
        LeaseLostError: it is no longer held; the transaction is rolled back.
    """
    found = locked_run(*held(lease))
    if found is None:
        db.session.rollback()
        raise LeaseLostError.of(lease.run_id)
    return found
