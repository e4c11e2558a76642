"""A plugin is removed while its run waits: another worker may know it; if none does, the run says so."""

import shutil
from datetime import timedelta

import pytest

from app.core import clock, queue
from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import LONG_LEASE, on_every_stack
from tests.support.waiting import wait_until

pytestmark = on_every_stack


@pytest.fixture
def remove_plugin(site):
    """Uninstall the steered plugin: workers started from now on do not know it."""

    def remove():
        [info] = site.glob("*.dist-info")
        shutil.rmtree(info)

    return remove


@pytest.fixture
def rung_to_its_end(stack):
    """Ring for a run again and again, as the sweeps do with longer pauses, until it has ended."""

    def look(run):
        if stack.run(run).status == RunStatus.PENDING:
            stack.change(run, ring_at=clock.now() - timedelta(seconds=1))
        return stack.run(run).is_final

    def ring(run):
        wait_until(lambda: look(run), "it does not end")
        return assert_sound(stack, run)

    return ring


def test_a_waiting_run_that_nobody_can_execute_ends_and_says_why(stack, remove_plugin):
    run = stack.start("steady")
    remove_plugin()

    worker = stack.worker()

    found = assert_sound(stack, stack.end_of(run).id)
    assert (found.status, found.attempt, found.counts["remaining"]) == (RunStatus.FAILED, 0, 3)
    assert found.failure_totals == {"operation_unavailable": 1}
    assert "is faults installed?" in found.failures[0]["reason"]
    assert not worker.has_ended


def test_a_run_whose_worker_was_lost_ends_with_what_was_done(stack, remove_plugin, rung_to_its_end):
    worker = stack.worker()
    run = stack.start("steady", hold="before:item-3")
    run.arrived()
    stack.become(run, lambda found: found.succeeded == 2)
    worker.kill()
    remove_plugin()

    stack.worker()

    found = rung_to_its_end(run)
    assert (found.status, found.attempt, found.succeeded) == (RunStatus.FAILED, 1, 2)
    assert found.failure_totals == {"operation_unavailable": 1}
    assert stack.timeline(run)[-2:] == [EventKind.WORKER_LOST, EventKind.FAILED]


def test_a_run_that_a_busy_worker_can_execute_waits_for_it(stack, remove_plugin, rung_to_its_end):
    knows = stack.worker(lease_seconds=LONG_LEASE)
    busy = stack.start("once", hold="before:item-2")
    assert busy.arrived().pid == knows.pid
    remove_plugin()
    stack.worker()
    waiting = stack.start("careful")

    wait_until(lambda: queue.length() == 0, "nobody hears the ring")
    assert stack.run(waiting).status == RunStatus.PENDING
    busy.go()

    found = rung_to_its_end(waiting)
    assert (found.status, found.attempt) == (RunStatus.COMPLETED, 1)
    assert {trace.pid for trace in waiting.effects} == {knows.pid}
