"""The timeline as it is read: each step with how long it lasted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.runs.events import BulkOperationRunEvent, EventKind

_ENDS = {EventKind.COMPLETED, EventKind.COMPLETED_WITH_ERRORS, EventKind.FAILED, EventKind.ABORTED}
_GIVEN_UP = {EventKind.INTERRUPTED, EventKind.WORKER_LOST}
RESUMED = "resumed"


class Span(StrEnum):
    """What a run did from a step on, until the next one changed that."""

    WAITED = "waited"
    WORKED = "worked"
    IN_ALL = "in all"  # from the first step to this last one


@dataclass(frozen=True)
class Step:
    """One entry of a timeline.

    Attributes:
        kind: an `EventKind`, or `resumed` for a claim that is not the first.
        span: what `lasted` measures.
        lasted: never negative; none: it goes on, or the step changed nothing.
    """

    id: int
    kind: str
    at: datetime
    text: str | None
    attempt: int
    worker: str | None
    span: Span | None = None
    lasted: timedelta | None = None


def steps_of(timeline: Sequence[BulkOperationRunEvent]) -> list[Step]:
    """A run's timeline, in its order, with how long each step lasted."""
    return [_step(timeline, place) for place in range(len(timeline))]


def _step(timeline: Sequence[BulkOperationRunEvent], place: int) -> Step:
    event = timeline[place]
    is_resumed = event.kind == EventKind.CLAIMED and event.attempt > 1
    span, lasted = _span(timeline, place)
    return Step(
        event.id,
        RESUMED if is_resumed else event.kind,
        event.created_at,
        event.text,
        event.attempt,
        event.worker,
        span,
        lasted,
    )


def _span(timeline: Sequence[BulkOperationRunEvent], place: int) -> tuple[Span | None, timedelta | None]:
    event, later = timeline[place], timeline[place + 1 :]
    if event.kind in _ENDS:
        return Span.IN_ALL, _between(timeline[0], event)
    if event.kind == EventKind.CLAIMED:
        span, ends = Span.WORKED, _GIVEN_UP | _ENDS
    elif event.kind == EventKind.QUEUED or event.kind in _GIVEN_UP:
        span, ends = Span.WAITED, {EventKind.CLAIMED} | _ENDS
    else:
        return None, None
    end = next((other for other in later if other.kind in ends), None)
    return (span, _between(event, end)) if end is not None else (None, None)


def _between(first: BulkOperationRunEvent, last: BulkOperationRunEvent) -> timedelta:
    return max(last.created_at - first.created_at, timedelta())
