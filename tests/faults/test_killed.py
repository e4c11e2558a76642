"""SIGKILL at the worst moments: another worker goes on, or says honestly what cannot be known."""

import pytest

from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import on_every_stack

pytestmark = on_every_stack

RESUMED = [
    *(EventKind.QUEUED, EventKind.CLAIMED, EventKind.WORKER_LOST),
    *(EventKind.CLAIMED, EventKind.COMPLETED),
]


@pytest.fixture
def killed(stack):
    """Start an operation, kill its worker where it is held, and answer with how it ends with another."""

    def kill(run, when=lambda _found: True):
        worker = stack.worker()
        run.arrived()
        stack.become(run, when)
        worker.kill()
        stack.worker()
        stack.end_of(run)
        return assert_sound(stack, run)

    return kill


def test_a_run_whose_items_may_be_repeated_is_resumed_and_does_each_once(stack, killed):
    run = stack.start("steady", items=4, hold="before:item-3")

    found = killed(run, lambda found: found.succeeded == 2)

    assert (found.status, found.succeeded, found.lost_attempts) == (RunStatus.COMPLETED, 4, 1)
    assert run.done == ["item-1", "item-2", "item-3", "item-4"]
    assert [attempt for _, attempt in stack.ledger(run).values()] == [1, 1, 2, 2]
    assert stack.timeline(run) == RESUMED


def test_an_item_in_flight_that_may_not_be_repeated_is_unknown_and_the_others_are_done_once(stack, killed):
    run = stack.start("careful", items=4, hold="after:item-2")

    found = killed(run)

    assert run.done == ["item-1", "item-2", "item-3", "item-4"]
    assert [outcome for outcome, _ in stack.ledger(run).values()] == [
        *("succeeded", "unknown", "succeeded", "succeeded")
    ]
    assert (found.status, found.unknown) == (RunStatus.COMPLETED_WITH_ERRORS, 1)
    assert found.failure_totals == {"outcome_unknown": 1}


def test_a_run_that_cannot_be_resumed_fails_and_counts_what_was_done(stack, killed):
    run = stack.start("once", hold="before:item-2")

    found = killed(run)

    assert run.done == ["item-1"]
    assert (found.status, found.attempt) == (RunStatus.FAILED, 1)
    assert (found.succeeded, found.unknown, found.counts["remaining"]) == (1, 1, 1)
    assert found.failure_totals == {"worker_lost": 1, "outcome_unknown": 1}


def test_after_the_last_item_only_the_end_is_left_to_write(stack, killed):
    run = stack.start("steady", hold="end")

    found = killed(run, lambda found: found.processed_items == 3)

    assert run.done == ["item-1", "item-2", "item-3"]
    assert (found.status, found.succeeded, found.attempt) == (RunStatus.COMPLETED, 3, 2)
    assert stack.timeline(run) == RESUMED


def test_after_the_last_item_a_run_that_cannot_be_resumed_fails_with_every_item_counted(stack, killed):
    run = stack.start("once", hold="end")

    found = killed(run, lambda found: found.processed_items == 3)

    assert (found.status, found.succeeded) == (RunStatus.FAILED, 3)
    assert found.failure_totals == {"worker_lost": 1}


def test_a_run_that_kills_every_worker_is_given_up_and_the_next_worker_lives(stack):
    last = stack.worker(lease_seconds=1, is_doomed=True)
    run = stack.start("steady", hold="before:item-2", is_deadly=True)
    for _ in range(3):
        last.wait()
        last = stack.worker(lease_seconds=1, is_doomed=True)

    assert_crashed_repeatedly(stack, run)
    stack.end_of(stack.start("noop"))
    assert not last.has_ended


def test_a_run_that_kills_every_child_of_a_worker_is_given_up(stack):
    worker = stack.worker(processes=True, lease_seconds=1)
    run = stack.start("steady", hold="before:item-2", is_deadly=True)

    assert_crashed_repeatedly(stack, run)
    stack.end_of(stack.start("noop"))
    assert not worker.has_ended


def assert_crashed_repeatedly(stack, run):
    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.attempt, found.lost_attempts) == (RunStatus.FAILED, 3, 3)
    assert found.failure_totals == {"crashed_repeatedly": 1}
    assert stack.timeline(run).count(EventKind.WORKER_LOST) == 3
