"""Each step of a timeline with how long it lasted."""

from datetime import UTC, datetime, timedelta

from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.steps import Span, steps_of

START = datetime(2026, 11, 1, tzinfo=UTC)


def spans(*events):
    """(kind, span, seconds) of each step of a timeline of (second, kind, attempt)."""
    timeline = [
        BulkOperationRunEvent(
            id=place, kind=kind, attempt=attempt, created_at=START + timedelta(seconds=second)
        )
        for place, (second, kind, attempt) in enumerate(events)
    ]
    return [
        (str(step.kind), step.span, None if step.lasted is None else step.lasted.total_seconds())
        for step in steps_of(timeline)
    ]


def test_a_run_waits_works_is_interrupted_and_resumed():
    assert spans(
        (0, EventKind.QUEUED, 0),
        (3, EventKind.CLAIMED, 1),
        (63, EventKind.WORKER_LOST, 1),
        (70, EventKind.CLAIMED, 2),
        (75, EventKind.ABORT_REQUESTED, 2),
        (80, EventKind.INTERRUPTED, 2),
        (81, EventKind.CLAIMED, 3),
        (91, EventKind.COMPLETED, 3),
        (99, EventKind.RETRIED, 0),
    ) == [
        ("queued", Span.WAITED, 3),
        ("claimed", Span.WORKED, 60),
        ("worker_lost", Span.WAITED, 7),
        ("resumed", Span.WORKED, 10),
        ("abort_requested", None, None),
        ("interrupted", Span.WAITED, 1),
        ("resumed", Span.WORKED, 10),
        ("completed", Span.IN_ALL, 91),
        ("retried", None, None),
    ]


def test_a_step_that_goes_on_has_no_length_yet():
    assert spans((0, EventKind.QUEUED, 0)) == [("queued", None, None)]
    assert spans((0, EventKind.QUEUED, 0), (1, EventKind.CLAIMED, 1))[1] == ("claimed", None, None)


def test_a_run_that_was_never_taken_waited_until_its_end():
    assert spans((0, EventKind.QUEUED, 0), (9, EventKind.ABORTED, 0)) == [
        ("queued", Span.WAITED, 9),
        ("aborted", Span.IN_ALL, 9),
    ]


def test_clocks_that_disagree_make_nothing_negative():
    assert [seconds for _, _, seconds in spans((5, EventKind.QUEUED, 0), (0, EventKind.CLAIMED, 1))] == [
        0,
        None,
    ]
