"""A run in one sentence."""

from collections import Counter

from app.core.runs.balance import UNKNOWN
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import StatusBucket


def outcome_sentence(run: BulkOperationRun) -> str:
    """What happened, in words and numbers, first thing on the page."""
    match run.bucket:
        case StatusBucket.QUEUED:
            return _queued(run)
        case StatusBucket.RUNNING:
            head = "Running" if run.abort_requested_at is None else "Stopping on request"
            if run.total_items == 0:
                return f"{head}: finding out what there is to do."
            return f"{head}: {run.processed_items:,} of {run.total_items:,} done{_parts(run)}."
        case StatusBucket.SUCCEEDED:
            return f"Succeeded: {_done(run)}{_parts(run)}."
        case StatusBucket.PARTIALLY_SUCCEEDED:
            return f"Completed with errors: {_done(run)}{_parts(run)}."
        case StatusBucket.FAILED:
            head = "Stopped on request" if run.status == "aborted" else "Failed"
            return f"{head}: {_done(run)}{_parts(run)}."


def failure_groups(run: BulkOperationRun) -> list[tuple[str, int]]:
    """Reason codes with how many failures each, most first; complete even when the sample is not."""
    return _most_first(Counter(run.failure_totals))


def _queued(run: BulkOperationRun) -> str:
    if run.attempt == 0:
        return "Queued: waiting for a worker."
    if run.total_items == 0:
        return "Queued again: waiting for a worker to go on with it."
    return (
        f"Queued again: waiting for a worker to go on, "
        f"{run.processed_items:,} of {run.total_items:,} done{_parts(run)}."
    )


def _done(run: BulkOperationRun) -> str:
    if run.total_items == 0:
        return "there was nothing to do" if not run.failure_totals else "nothing was done"
    return f"{run.succeeded:,} of {run.total_items:,} succeeded"


def _parts(run: BulkOperationRun) -> str:
    parts = []
    if run.failed:
        parts.append(f"{run.failed:,} failed{_reasons(run)}")
    if run.unknown:
        parts.append(f"{run.unknown:,} unknown")
    if run.skipped:
        parts.append(f"{run.skipped:,} skipped")
    left = run.total_items - run.processed_items
    if run.is_final and left > 0:
        parts.append(f"{left:,} not processed")
    return "".join(f", {part}" for part in parts)


def _reasons(run: BulkOperationRun) -> str:
    """The most frequent reasons of failed items; what was reported of the run is told further down."""
    of_items = Counter(run.failure_totals) - Counter(run.report_totals)
    del of_items[UNKNOWN]
    codes = ", ".join(f"{count:,} x {code}" for code, count in _most_first(of_items)[:3])
    return f" ({codes})" if codes else ""


def _most_first(totals: Counter[str]) -> list[tuple[str, int]]:
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
