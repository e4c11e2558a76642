"""How quickly a run gets on, from its timeline, its last flush and its counters."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.models import BulkOperationRun
from app.core.runs.pace import pace_of, percent_of
from app.core.runs.status import RunStatus

START = datetime(2026, 11, 1, tzinfo=UTC)
QUEUED, CLAIMED = EventKind.QUEUED, EventKind.CLAIMED


def at(second):
    return START + timedelta(seconds=second)


def events(*steps):
    return [BulkOperationRunEvent(kind=kind, created_at=at(second)) for second, kind in steps]


def a_run(processed, total, flushed, status=RunStatus.RUNNING):
    return BulkOperationRun(
        status=status, processed_items=processed, total_items=total, progress_at=at(flushed)
    )


def test_the_rate_is_items_in_the_time_of_work_and_what_is_left_follows():
    pace = pace_of(a_run(1240, 5000, flushed=50), events((0, QUEUED), (10, CLAIMED)))

    assert pace.per_second == 31
    assert pace.left == timedelta(seconds=121)


@pytest.mark.parametrize("end", [EventKind.INTERRUPTED, EventKind.WORKER_LOST])
def test_what_a_run_waits_between_two_attempts_does_not_slow_it(end):
    steps = events((0, QUEUED), (0, CLAIMED), (10, end), (3610, CLAIMED))

    assert pace_of(a_run(100, 200, flushed=3620), steps).per_second == 5


def test_an_attempt_that_seems_to_end_before_it_began_counts_nothing():
    steps = events((10, CLAIMED), (0, EventKind.INTERRUPTED), (20, CLAIMED))

    assert pace_of(a_run(10, 20, flushed=30), steps).per_second == 1


def test_when_every_known_item_is_done_nothing_is_left():
    assert pace_of(a_run(5, 5, flushed=5), events((0, CLAIMED))).left is None
    assert pace_of(a_run(9, 5, flushed=5), events((0, CLAIMED))).left is None


@pytest.mark.parametrize(
    "run",
    [
        a_run(0, 10, flushed=50),
        a_run(5, 10, flushed=0.5),
        a_run(5, 10, flushed=-3),
        a_run(5, 10, flushed=50, status=RunStatus.PENDING),
        a_run(10, 10, flushed=50, status=RunStatus.COMPLETED),
    ],
)
def test_there_is_no_rate_where_nothing_can_be_measured(run):
    assert pace_of(run, events((0, QUEUED), (0, CLAIMED))) is None


@pytest.mark.parametrize(
    ("processed", "total", "status", "percent"),
    [
        (0, 0, RunStatus.RUNNING, None),
        (0, 7, RunStatus.RUNNING, 0),
        (996, 1000, RunStatus.RUNNING, 99),
        (1000, 1000, RunStatus.RUNNING, 99),
        (1040, 1000, RunStatus.RUNNING, 99),
        (1000, 1000, RunStatus.COMPLETED, 100),
        (999, 1000, RunStatus.COMPLETED, 99),
        (1040, 1000, RunStatus.COMPLETED, 100),
    ],
)
def test_the_last_percent_comes_with_the_end(processed, total, status, percent):
    assert percent_of(a_run(processed, total, flushed=1, status=status)) == percent
