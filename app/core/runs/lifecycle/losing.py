"""Runs whose worker is gone, or that take too long, as any other worker finds them."""

from enum import Enum

from sqlalchemy import or_

from app.core.db import database_now, db
from app.core.runs import ledger
from app.core.runs.account import recount
from app.core.runs.events import EventKind, note
from app.core.runs.lifecycle.ending import end_with
from app.core.runs.lifecycle.giving_back import crashed_repeatedly, wait_again
from app.core.runs.lifecycle.insisting import ends_a_run
from app.core.runs.lifecycle.locking import locked_run
from app.core.runs.locked import LockedRun
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus

LOST = "The worker stopped answering."
OVERDUE = ("max_runtime_exceeded", "The run took longer than its operation allows.")


class Rescued(Enum):
    """What became of a run that looked lost."""

    RESUMED = "resumed"  # pending again: ring for it
    ENDED = "ended"
    NOT_LOST = "not lost"  # its worker came back, or another rescuer was first


@ends_a_run
def rescue(run_id: int, token: str | None) -> Rescued:
    """Resume or end a running run whose lease is over; commits.

    Args:
        run_id: number of the run.
        token: the lease that was seen to be over; nothing may have changed since.
    """
    run_columns = BulkOperationRun
    found = locked_run(
        run_columns.id == run_id,
        run_columns.status == RunStatus.RUNNING,
        run_columns.lease_token.is_not_distinct_from(token),
        or_(run_columns.lease_expires_at.is_(None), run_columns.lease_expires_at < database_now()),
        skip_locked=True,
    )
    if found is None:
        db.session.rollback()
        return Rescued.NOT_LOST
    run, moment = found
    note(run.id, EventKind.WORKER_LOST, attempt=run.attempt, worker=run.worker, said=LOST)
    _settle_items(run, may_repeat=run.resumable and run.idempotent_items)
    run.lost_attempts += 1
    if run.abort_requested_at is not None:
        end_with(run, moment, RunStatus.ABORTED, "aborted", "Stopped on request; its worker was lost.")
    elif not run.resumable:
        said = "The worker stopped answering; what it had finished is counted."
        end_with(run, moment, RunStatus.FAILED, "worker_lost", said)
    elif run.lost_attempts >= run.max_attempts:
        end_with(run, moment, RunStatus.FAILED, *crashed_repeatedly(run))
    else:
        wait_again(run, moment)
    db.session.commit()
    return Rescued.RESUMED if run.status == RunStatus.PENDING else Rescued.ENDED


@ends_a_run
def fail_overdue(run_id: int) -> bool:
    """End a running run that has taken longer than its operation allows; commits; false when it has not."""
    found = locked_run(
        BulkOperationRun.id == run_id,
        BulkOperationRun.status == RunStatus.RUNNING,
        BulkOperationRun.deadline_at < database_now(),
        skip_locked=True,
    )
    if found is None:
        db.session.rollback()
        return False
    run, moment = found
    _settle_items(run, may_repeat=False)
    end_with(run, moment, RunStatus.FAILED, *OVERDUE)
    db.session.commit()
    return True


def _settle_items(run: LockedRun, *, may_repeat: bool) -> None:
    ledger.land(run.id, may_repeat=may_repeat)
    recount(run)
