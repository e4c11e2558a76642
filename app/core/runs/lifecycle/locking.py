"""Reading a run so that nobody else changes it until this transaction ends."""

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, bindparam

from app.core.db import db, execute, table_of
from app.core.errors import LeaseLostError
from app.core.runs.lease import Lease
from app.core.runs.locked import LockedRun, locking
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus

_runs = table_of(BulkOperationRun)
_HELD = locking().where(
    _runs.c.id == bindparam("of_run"),
    _runs.c.status == RunStatus.RUNNING,
    _runs.c.lease_token == bindparam("token"),
)


def locked_run(
    *condition: ColumnElement[bool], skip_locked: bool = False
) -> tuple[LockedRun, datetime] | None:
    """The one run that meets the conditions, with the database's time; nothing: none does.

    On PostgreSQL its row is locked; on SQLite the whole transaction already is the only writer.
    """
    query = locking().where(*condition)
    if skip_locked:
        query = query.with_for_update(of=_runs, skip_locked=True)
    return _taken(execute(query).mappings().one_or_none())


def require_locked(lease: Lease) -> tuple[LockedRun, datetime]:
    """The run under a lease, locked, with the database's time.

    Raises:
        LeaseLostError: it is no longer held; the transaction is rolled back.
    """
    found = _taken(execute(_HELD, {"of_run": lease.run_id, "token": lease.token}).mappings().one_or_none())
    if found is None:
        db.session.rollback()
        raise LeaseLostError.of(lease.run_id)
    return found


def _taken(row: RowMapping | None) -> tuple[LockedRun, datetime] | None:
    if row is None:
        return None
    columns = dict(row)
    moment: datetime = columns.pop("moment")
    return LockedRun(columns), moment
