"""A worker gives a run back before its end: it is being stopped, or its database is away."""

from datetime import datetime

from app.core.db import db
from app.core.runs import ledger
from app.core.runs.account import recount
from app.core.runs.events import EventKind, note
from app.core.runs.lease import Lease
from app.core.runs.lifecycle.ending import end_with
from app.core.runs.lifecycle.insisting import ends_a_run
from app.core.runs.lifecycle.locking import require_locked
from app.core.runs.locked import LockedRun, write
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally


@ends_a_run
def give_back(lease: Lease, tally: Tally, said: str, *, is_charged: bool = False) -> bool:
    """Release a lease and let the run be resumed, or end it if it cannot be; commits.

    Args:
        lease: the claim under which the caller worked.
        tally: what was not flushed yet.
        said: why, as a sentence for the timeline.
        is_charged: whether it counts as a lost attempt.

    Returns:
        Whether the run is pending again: ring for it.

    Raises:
        LeaseLostError: the run is no longer held under this lease; nothing was written.
    """
    run, moment = require_locked(lease)
    ledger.write_items(lease, tally)
    ledger.land(run.id, may_repeat=run.resumable and run.idempotent_items)
    recount(run)
    run.lost_attempts += int(is_charged)
    note(run.id, EventKind.INTERRUPTED, attempt=run.attempt, worker=lease.worker, said=said)
    if run.abort_requested_at is not None:
        end_with(run, moment, RunStatus.ABORTED, "aborted", "Stopped on request.")
    elif not run.resumable:
        end_with(
            run, moment, RunStatus.FAILED, "worker_stopped", "The worker was stopped before the run ended."
        )
    elif run.lost_attempts >= run.max_attempts:
        end_with(run, moment, RunStatus.FAILED, *crashed_repeatedly(run))
    else:
        wait_again(run, moment)
    db.session.commit()
    return run.status == RunStatus.PENDING


def wait_again(run: LockedRun, moment: datetime) -> None:
    """Make a locked run pending again, to be rung for at once."""
    run.status = RunStatus.PENDING
    run.lease_token = run.lease_expires_at = run.deadline_at = run.worker = None
    run.rings, run.ring_at = 0, moment
    write(run)


def crashed_repeatedly(run: LockedRun) -> tuple[str, str]:
    """Code and sentence for a run that no worker survives."""
    return (
        "crashed_repeatedly",
        f"{run.lost_attempts} workers were lost over this run; it is not tried again.",
    )
