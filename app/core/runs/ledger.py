"""Counters, failures and item outcomes of a running run, written as deltas behind the fence."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock
from app.core.db import JsonObject, changed_rows, db
from app.core.errors import LeaseLostError
from app.core.runs.lease import Lease, held
from app.core.runs.models import BulkOperationRun, BulkOperationRunItem
from app.core.runs.tally import FailureEntry, ItemOutcome, Outcome, Tally

FAILURES_KEPT = 50  # entries in the sample on the run; totals per reason code are complete


def write_tally(lease: Lease, tally: Tally, expected: Sequence[str] | None, more: JsonObject) -> None:
    """Write ledger rows and counter deltas under a lease; the caller commits.

    Args:
        lease: the claim under which the caller works.
        tally: deltas, in items.
        expected: all item ids, when some were added.
        more: further columns of the run to set.

    Raises:
        LeaseLostError: the run is no longer held; nothing was written.
    """
    failures = tally.failures
    values: JsonObject = {
        **more,
        "processed_items": BulkOperationRun.processed_items + len(tally.outcomes),
        "succeeded": BulkOperationRun.succeeded + tally.count(Outcome.SUCCEEDED),
        "failed": BulkOperationRun.failed + tally.count(Outcome.FAILED),
        "skipped": BulkOperationRun.skipped + tally.count(Outcome.SKIPPED),
    }
    if expected is not None:
        values |= {"item_ids": list(expected), "total_items": len(expected)}
    if failures:
        values |= _merged_failures(lease.run_id, failures)
    if not change_run(values, *held(lease)):
        db.session.rollback()
        raise LeaseLostError(f"run {lease.run_id} is no longer held by this worker")
    if tally.outcomes:
        db.session.execute(
            insert(BulkOperationRunItem), [_ledger_row(lease, item) for item in tally.outcomes]
        )


def change_run(values: JsonObject, *condition: ColumnElement[bool]) -> bool:
    """Compare and set: write columns of the one run that meets the conditions; whether there was one."""
    query = update(BulkOperationRun).where(*condition).execution_options(synchronize_session=False)
    values = {**values, "updated_at": clock.now(), "version": BulkOperationRun.version + 1}
    return changed_rows(query.values(values)) == 1


def _merged_failures(run_id: int, new: Sequence[FailureEntry]) -> JsonObject:
    """Bounded sample and complete totals with `new` added; safe because only the lease holder writes them."""
    query = select(BulkOperationRun.failures, BulkOperationRun.failure_totals).where(
        BulkOperationRun.id == run_id
    )
    kept, totals = db.session.execute(query).one()
    totals = dict(totals)
    for entry in new:
        totals[entry["reason_code"]] = totals.get(entry["reason_code"], 0) + 1
    return {"failures": ([*(kept or []), *new])[:FAILURES_KEPT], "failure_totals": totals}


def _ledger_row(lease: Lease, item: ItemOutcome) -> JsonObject:
    failure = item.failure or {}
    return {
        "run_id": lease.run_id,
        "item_id": item.item_id,
        "outcome": item.outcome,
        "reason_code": failure.get("reason_code"),
        "reason": failure.get("reason"),
    }
