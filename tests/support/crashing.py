"""Runs whose worker dies at a commit of the test's choice, and is found out by a sweep."""

from datetime import timedelta

from sqlalchemy import event, update

from app.core import clock, current_catalog, find_run, start_operation
from app.core.db import db
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.rescue import sweep
from tests.support.browsing import end_transaction


class WorkerDied(BaseException):
    """The end of a process, as far as this process can play it."""


def run_crashing(tenant, run_type, params, *, at):
    """Start an operation and let its worker die right after its `at`-th commit; then rescue and resume it.

    Answers with the final run, and whether there was such a commit.
    """
    run_id = start_operation(current_catalog(), tenant, run_type, params).run.id
    has_died = _die(run_id, at)
    run = find_run(tenant, run_id)
    if has_died:
        resume(run)
    end_transaction()
    return find_run(tenant, run_id), has_died


def resume(run):
    """Let a run's lease be over, rescue it, and execute it here."""
    expire(run)
    sweep()
    execute_run(run.id)


def expire(run):
    """Let a run's lease be over."""
    past = clock.now() - timedelta(seconds=1)
    db.session.execute(
        update(BulkOperationRun).where(BulkOperationRun.id == run.id).values(lease_expires_at=past)
    )
    db.session.commit()


def _die(run_id, at):
    commits = 0

    def count(_connection):
        nonlocal commits
        commits += 1
        if commits == at + 1:  # at its beginning: the one before is in the database
            raise WorkerDied

    event.listen(db.engine, "begin", count)
    try:
        execute_run(run_id)
    except WorkerDied:
        return True
    finally:
        event.remove(db.engine, "begin", count)
        db.session.rollback()
    return False
