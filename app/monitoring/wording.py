"""A run in one sentence."""

from app.core import BulkOperationRun
from app.core.runs.status import StatusBucket


def outcome_sentence(run: BulkOperationRun) -> str:
    """What happened, in words and numbers, first thing on the page."""
    match run.bucket:
        case StatusBucket.QUEUED:
            return "Queued: waiting for a worker."
        case StatusBucket.RUNNING:
            if run.total_items == 0:
                return "Running: finding out what there is to do."
            return f"Running: {run.processed_items:,} of {run.total_items:,} done{_parts(run)}."
        case StatusBucket.SUCCEEDED:
            return f"Succeeded: {_done(run)}{_parts(run)}."
        case StatusBucket.PARTIALLY_SUCCEEDED:
            return f"Completed with errors: {_done(run)}{_parts(run)}."
        case StatusBucket.FAILED:
            head = "Stopped on request" if run.status == "aborted" else "Failed"
            return f"{head}: {_done(run)}{_parts(run)}."


def failure_groups(run: BulkOperationRun) -> list[tuple[str, int]]:
    """Reason codes with how many failures each, most first; complete even when the sample is not."""
    return sorted(run.failure_totals.items(), key=lambda pair: (-pair[1], pair[0]))


def _done(run: BulkOperationRun) -> str:
    if run.total_items == 0:
        return "there was nothing to do" if not run.failure_totals else "nothing was done"
    return f"{run.succeeded:,} of {run.total_items:,} succeeded"


def _parts(run: BulkOperationRun) -> str:
    parts = []
    if run.failed:
        codes = ", ".join(f"{count:,} x {code}" for code, count in failure_groups(run)[:3])
        parts.append(f"{run.failed:,} failed ({codes})")
    if run.skipped:
        parts.append(f"{run.skipped:,} skipped")
    left = run.total_items - run.processed_items
    if run.is_final and left > 0:
        parts.append(f"{left:,} not processed")
    return "".join(f", {part}" for part in parts)
