"""A run in one sentence, and how it gets on in one line."""

from collections import Counter
from datetime import timedelta

from app.core.runs.balance import UNKNOWN
from app.core.runs.models import BulkOperationRun
from app.core.runs.pace import Pace, percent_of
from app.core.runs.status import StatusBucket

REASONS_NAMED = 3  # by the sentence; the page has all


def outcome_sentence(run: BulkOperationRun) -> str:
    """What happened, in words and numbers, first thing on the page."""
    match run.bucket:
        case StatusBucket.QUEUED:
            return _queued(run)
        case StatusBucket.RUNNING:
            head = "Running" if run.abort_requested_at is None else "Stopping on request"
            if run.total_items == 0:
                return f"{head}: finding out what there is to do."
            return f"{head}: {run.processed_items:,} of {_total(run)} done{_parts(run)}."
        case StatusBucket.SUCCEEDED:
            return f"Succeeded: {_done(run)}{_parts(run)}."
        case StatusBucket.PARTIALLY_SUCCEEDED:
            return f"Completed with errors: {_done(run)}{_parts(run)}."
        case StatusBucket.FAILED:
            head = "Stopped on request" if run.status == "aborted" else "Failed"
            return f"{head}: {_done(run)}{_parts(run)}."


def progress_line(run: BulkOperationRun, pace: Pace | None) -> str:
    """How far a run is, how quickly it gets on, how long it will still take; empty: nothing is known.

    Args:
        run: any; one that has ended, or has no items, has nothing to tell.
        pace: from `pace_of`.
    """
    percent = percent_of(run)
    if run.is_final or percent is None or run.attempt == 0:
        return ""
    total = (
        f"expected {run.total_items:,}" if run.processed_items > run.total_items else f"{run.total_items:,}"
    )
    parts = [f"{run.processed_items:,} / {total}", f"{percent} %"]
    if pace is not None:
        parts.append(_rate(pace.per_second))
    if pace is not None and pace.left is not None:
        parts.append(f"about {_about(pace.left)} left")
    return " - ".join(parts)


def failure_groups(run: BulkOperationRun) -> list[tuple[str, int]]:
    """Reason codes with how many failures each, most first; complete even when the sample is not."""
    return _most_first(Counter(run.failure_totals))


def item_reasons(run: BulkOperationRun) -> dict[str, int]:
    """Reason code -> items that failed or are unknown for it: reports of the run as a whole are left out."""
    return dict(Counter(run.failure_totals) - Counter(run.report_totals))


def _queued(run: BulkOperationRun) -> str:
    if run.attempt == 0:
        return "Queued: waiting for a worker."
    if run.total_items == 0:
        return "Queued again: waiting for a worker to go on with it."
    return (
        f"Queued again: waiting for a worker to go on, "
        f"{run.processed_items:,} of {_total(run)} done{_parts(run)}."
    )


def _done(run: BulkOperationRun) -> str:
    if run.total_items == 0:
        return "there was nothing to do" if not run.failure_totals else "nothing was done"
    return f"{run.succeeded:,} of {_total(run)} succeeded"


def _total(run: BulkOperationRun) -> str:
    """Of how many; a run that has done more than it foresaw had expected fewer."""
    expected = "an expected " if run.processed_items > run.total_items else ""
    return f"{expected}{run.total_items:,}"


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
    of_items = Counter(item_reasons(run))
    del of_items[UNKNOWN]
    named = [f"{count:,} x {code}" for code, count in _most_first(of_items)]
    if len(named) > REASONS_NAMED + 1:
        named[REASONS_NAMED:] = [f"{len(named) - REASONS_NAMED} more reasons"]
    return f" ({', '.join(named)})" if named else ""


def _rate(per_second: float) -> str:
    """Items in a second, a minute or an hour: in whichever there is more than one."""
    for unit, seconds in (("s", 1), ("min", 60)):
        if (rate := per_second * seconds) >= 1:
            return f"{rate:,.0f}/{unit}" if rate >= 10 else f"{rate:.1f}/{unit}"
    return f"{per_second * 3600:.1f}/h"


def _about(span: timedelta) -> str:
    """A span as roughly as one may trust it."""
    seconds = int(span.total_seconds())
    if seconds < 90:
        return f"{max(seconds, 1)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 48 * 3600 else f"{round(seconds / 86_400)} days"


def _most_first(totals: Counter[str]) -> list[tuple[str, int]]:
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
