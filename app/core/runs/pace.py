"""How quickly a run gets on, measured by what is stored of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus

SHORTEST = timedelta(seconds=1)  # in less, nothing is measured
_GIVEN_UP = (EventKind.INTERRUPTED, EventKind.WORKER_LOST)


@dataclass(frozen=True)
class Pace:
    """How quickly a run gets on.

    Attributes:
        per_second: items that had their outcome in a second of work.
        left: until the items known now have theirs, at that rate; none: all of them have.
    """

    per_second: float
    left: timedelta | None


def pace_of(run: BulkOperationRun, timeline: Sequence[BulkOperationRunEvent]) -> Pace | None:
    """The pace of a running run: its processed items over the time in which workers held it.

    That time is summed from the timeline: from each claim to the end of that attempt, and of the last one up
    to the last flush (`progress_at`). What a run waits between two attempts does not count. A lost worker's
    attempt ends when it was found to be lost: its silence counts, one lease at most.

    Returns:
        Nothing while there is nothing to measure: it does not run, or has not got anywhere yet.
    """
    worked = sum(_attempts(timeline, run.progress_at), timedelta())
    if run.status != RunStatus.RUNNING or not run.processed_items or worked < SHORTEST:
        return None
    per_second = run.processed_items / worked.total_seconds()
    remaining = run.total_items - run.processed_items
    left = timedelta(seconds=round(remaining / per_second)) if remaining > 0 else None
    return Pace(per_second, left)


def percent_of(run: BulkOperationRun) -> int | None:
    """How much of a run is done; never all of it before its end. Nothing: it has no items yet."""
    if not run.total_items:
        return None
    done = 100 * run.processed_items // run.total_items
    return min(done, 100 if run.is_final else 99)


def _attempts(timeline: Sequence[BulkOperationRunEvent], last_seen: datetime | None) -> Iterator[timedelta]:
    """How long each attempt has lasted; never less than nothing."""
    began: datetime | None = None
    for event in timeline:
        if event.kind == EventKind.CLAIMED:
            began = event.created_at
        elif event.kind in _GIVEN_UP and began is not None:
            yield max(event.created_at - began, timedelta())
            began = None
    if began is not None and last_seen is not None:
        yield max(last_seen - began, timedelta())
