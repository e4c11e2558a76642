"""A running run tells what it has done; every write is fenced by the lease."""

from datetime import timedelta

from sqlalchemy import select

from app.core.db import db
from app.core.errors import LeaseLostError
from app.core.runs import ledger
from app.core.runs.account import add, change_run
from app.core.runs.lease import Lease, held
from app.core.runs.lifecycle.locking import require_locked
from app.core.runs.locked import write
from app.core.runs.models import BulkOperationRun
from app.core.runs.tally import Tally


def record_progress(lease: Lease, tally: Tally) -> bool:
    """Write what was gathered since the last flush; renews the lease; commits.

    Args:
        lease: the claim under which the caller works.
        tally: deltas, in items.

    Returns:
        Whether somebody asked the run to stop.

    Raises:
        LeaseLostError: another worker claimed the run, or it is final; nothing was written.

    Source:
        docs/lifecycle.md, "Progress".
    """
    run, moment = require_locked(lease)
    add(run, tally, ledger.write_items(lease, tally))
    run.lease_expires_at = moment + timedelta(seconds=lease.seconds)
    run.progress_at = run.updated_at = moment
    write(run)
    db.session.commit()
    return run.abort_requested_at is not None


def begin_item(lease: Lease, tally: Tally) -> tuple[int, bool]:
    """Tell the ledger, not the run's row, what ended and what is in flight now; commits.

    Returns:
        How many items were new to the ledger, and whether somebody asked the run to stop.

    Raises:
        LeaseLostError: the run is no longer held; nothing was written, the item must not begin.
    """
    asked = require_held(lease)
    listed = ledger.write_items(lease, tally)
    db.session.commit()
    return listed, asked


def note_listed(lease: Lease) -> None:
    """Remember that every item an operation gave as an iterator is in the ledger; commits.

    Raises:
        LeaseLostError: the run is no longer held; nothing was written.
    """
    require_held(lease)
    change_run({"items_listed": True}, *held(lease))
    db.session.commit()


def require_held(lease: Lease) -> bool:
    """Prove in the current transaction that a run is held, and keep it so until the commit.

    Returns:
        Whether somebody asked the run to stop.

    Raises:
        LeaseLostError: it is not; the transaction is rolled back.
    """
    query = select(BulkOperationRun.abort_requested_at.is_not(None)).where(*held(lease))
    asked = db.session.scalar(query.with_for_update())
    if asked is None:
        db.session.rollback()
        raise LeaseLostError.of(lease.run_id)
    return bool(asked)
