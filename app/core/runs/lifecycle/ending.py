"""A run ends once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.core import outbox
from app.core.db import JsonObject, db
from app.core.notifications import NotificationKind
from app.core.runs import ledger
from app.core.runs.account import add, add_report, reconcile, recount
from app.core.runs.announcement import announce
from app.core.runs.counts import counting
from app.core.runs.events import EventKind, note
from app.core.runs.findings import new_findings
from app.core.runs.lease import Lease
from app.core.runs.lifecycle.completing import complete_alone
from app.core.runs.lifecycle.insisting import ends_a_run
from app.core.runs.lifecycle.locking import locked_run, require_locked
from app.core.runs.lifecycle.starting import insert_run
from app.core.runs.locked import LockedRun, writing
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator, NewRun
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally, failure_entry
from app.core.severity import worst_rank


@ends_a_run
def finish(
    lease: Lease,
    status: RunStatus,
    tally: Tally,
    *,
    summary: JsonObject | None = None,
    related_links: Sequence[Mapping[str, str]] = (),
    links_fault: str | None = None,
    follow_ups: Sequence[NewRun] = (),
) -> list[int]:
    """End a run once: last counters, failures, links, notification, timeline and what follows; commits.

    A `completed` run with failures, unknown items or items left is `completed_with_errors`.

    Args:
        lease: the claim under which the caller worked.
        status: how it ended.
        tally: what was not flushed yet.
        summary: facts the executor left.
        related_links: {label, url}.
        links_fault: why they could not be made, for the timeline.
        follow_ups: runs to start in the same transaction, for the same initiator.

    Returns:
        Numbers of the runs that were started: ring for them.

    Raises:
        LeaseLostError: the run is no longer held under this lease; nothing was written.
    """
    is_plain = status is RunStatus.COMPLETED and not (links_fault or follow_ups)
    if is_plain and tally == Tally() and complete_alone(lease, summary or {}, related_links):
        return []
    run, moment = require_locked(lease)
    add(run, tally, ledger.write_items(lease, tally))
    run.summary, run.related_links = summary or {}, list(related_links)
    if run.total_items:
        _close_ledger(run)
    if links_fault:
        note(run.id, EventKind.LINKS_FAILED, attempt=run.attempt, worker=lease.worker, said=links_fault)
    end(run, _as_it_went(run, status), moment, lease.worker, found=new_findings(run.summary))
    started = _insert_followers(run, follow_ups)
    db.session.commit()
    return started


def _as_it_went(run: LockedRun, status: RunStatus) -> RunStatus:
    if status is RunStatus.COMPLETED and (run.failure_totals or run.processed_items < run.total_items):
        return RunStatus.COMPLETED_WITH_ERRORS
    return status


def _insert_followers(run: LockedRun, follow_ups: Sequence[NewRun]) -> list[int]:
    initiator = Initiator(run.initiator, run.user_id)
    started = [insert_run(run.tenant_id, new, initiator) for new in follow_ups]
    return [run_id for run_id in started if run_id is not None]


def _close_ledger(run: LockedRun) -> None:
    """Leave no item in flight; what was begun and not ended is unknown, unless it may be done again."""
    if ledger.land(run.id, may_repeat=run.idempotent_items):
        recount(run)
    else:
        reconcile(run)


@ends_a_run
def fail_unclaimed(run_id: int, reason_code: str, reason: str) -> bool:
    """End a pending run that can never be executed; commits; false when it was not pending (any more)."""
    found = locked_run(BulkOperationRun.id == run_id, BulkOperationRun.status == RunStatus.PENDING)
    if found is None:
        db.session.rollback()
        return False
    end_with(*found, RunStatus.FAILED, reason_code, reason)
    db.session.commit()
    return True


def end_with(run: LockedRun, moment: datetime, status: RunStatus, reason_code: str, reason: str) -> None:
    """End a locked run for one reason that is no item's."""
    add_report(run, failure_entry(reason_code, reason))
    end(run, status, moment, said=reason)


def end(
    run: LockedRun,
    status: RunStatus,
    moment: datetime,
    worker: str | None = None,
    said: str | None = None,
    found: Mapping[str, int] | None = None,
) -> None:
    """Write the final state of a locked run, its last timeline entry, and tell initiator and channels."""
    run.status = status
    run.lease_token = run.lease_expires_at = run.deadline_at = None
    run.finished_at = run.updated_at = moment
    kind = EventKind(status.value)
    posting = outbox.posting(run.tenant_id, run.id, run.run_type, run.bucket, worst_rank(found or {}))
    together = [writing(run), counting(run), *posting]
    note(run.id, kind, attempt=run.attempt, worker=worker, said=said, changes=together)
    announce(run, NotificationKind.FINISHED)
