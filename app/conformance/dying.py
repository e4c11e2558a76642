"""Workers that die at a commit of the check's choice. Called in an application context."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, event, update

from app.core import clock
from app.core.db import db
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun


class WorkerDied(BaseException):
    """The end of a process, as far as this process can play it."""


def commits_of(run_id: int) -> int:
    """Execute a pending run undisturbed; answers with how many transactions that took."""
    begun: list[Connection] = []
    with _at_each_begin(begun.append):
        execute_run(run_id)
    return len(begun)


def die_after(run_id: int, commits: int) -> bool:
    """Execute a pending run in a worker that dies right after so many commits; false: there are fewer."""
    begun: list[Connection] = []

    def count(connection: Connection) -> None:
        begun.append(connection)
        if len(begun) == commits + 1:  # at its beginning: the one before is in the database
            raise WorkerDied

    try:
        with _at_each_begin(count):
            execute_run(run_id)
    except WorkerDied:
        return True
    finally:
        db.session.rollback()
    return False


def expire(run_id: int) -> None:
    """Let a run's lease be over: the next sweep takes its worker for lost."""
    past = clock.now() - timedelta(seconds=1)
    db.session.execute(
        update(BulkOperationRun).where(BulkOperationRun.id == run_id).values(lease_expires_at=past)
    )
    db.session.commit()


@contextmanager
def _at_each_begin(listener: Callable[[Connection], object]) -> Iterator[None]:
    event.listen(db.engine, "begin", listener)
    try:
        yield
    finally:
        event.remove(db.engine, "begin", listener)
