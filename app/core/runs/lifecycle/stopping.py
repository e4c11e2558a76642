"""Somebody asks a run to stop."""

from enum import Enum

from app.core import audit
from app.core.db import database_now, db
from app.core.runs import ledger
from app.core.runs.account import recount
from app.core.runs.events import EventKind, note
from app.core.runs.lifecycle.ending import end_with
from app.core.runs.lifecycle.insisting import ends_a_run
from app.core.runs.lifecycle.locking import locked_run
from app.core.runs.locked import LockedRun, write
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus

UNSEEN_SECONDS = 300.0  # after that a request to stop may be forced


class AbortAnswer(Enum):
    """What a request to stop came to."""

    ABORTED = "aborted"
    REQUESTED = "requested"  # it is running and stops at its next checkpoint
    TOO_EARLY = "too early"  # to be forced, a request must have been unseen for five minutes
    FINAL = "final"  # it had ended before
    MISSING = "missing"


@ends_a_run
def abort(run_id: int, initiator: Initiator) -> AbortAnswer:
    """Stop a pending run now, a running one at its next checkpoint; audited; commits."""
    found = locked_run(BulkOperationRun.id == run_id)
    if found is None or found[0].is_final:
        db.session.rollback()
        return AbortAnswer.MISSING if found is None else AbortAnswer.FINAL
    run, moment = found
    _record(run, initiator, "run.abort_requested")
    if run.status == RunStatus.PENDING:
        end_with(run, moment, RunStatus.ABORTED, "aborted", f"Stopped by {initiator.name} before it began.")
        answer = AbortAnswer.ABORTED
    else:
        if run.abort_requested_at is None:
            run.abort_requested_at = moment
            write(run)
        note(
            run.id, EventKind.ABORT_REQUESTED, attempt=run.attempt, said=f"Asked to stop by {initiator.name}."
        )
        answer = AbortAnswer.REQUESTED
    db.session.commit()
    return answer


@ends_a_run
def force_abort(run_id: int, initiator: Initiator) -> AbortAnswer:
    """End a running run that has not seen a request to stop for five minutes; its worker is fenced out."""
    run_columns = BulkOperationRun
    found = locked_run(
        run_columns.id == run_id,
        run_columns.status == RunStatus.RUNNING,
        run_columns.abort_requested_at < database_now(-UNSEEN_SECONDS),
    )
    if found is None:
        return _why_not_forced(run_id)
    run, moment = found
    _record(run, initiator, "run.abort_forced")
    ledger.land(run.id, may_repeat=False)
    recount(run)
    said = f"Stopped by force by {initiator.name}: its worker did not see the request."
    end_with(run, moment, RunStatus.ABORTED, "aborted", said)
    db.session.commit()
    return AbortAnswer.ABORTED


def _why_not_forced(run_id: int) -> AbortAnswer:
    run = db.session.get(BulkOperationRun, run_id, populate_existing=True)
    db.session.commit()
    if run is None:
        return AbortAnswer.MISSING
    return AbortAnswer.FINAL if run.is_final else AbortAnswer.TOO_EARLY


def _record(run: LockedRun, initiator: Initiator, action: str) -> None:
    audit.record(
        run.tenant_id,
        action,
        f"run:{run.id}",
        user_id=initiator.user_id,
        actor=initiator.name,
        details={"run_type": run.run_type, "label": run.label},
    )
