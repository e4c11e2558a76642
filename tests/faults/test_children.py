"""Process workers of which one dies: the parent replaces a child, and children do not outlive the parent."""

import os
import signal

from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import LONG_LEASE, on_every_stack
from tests.support.workers import wait_gone

pytestmark = on_every_stack


def test_children_whose_parent_was_killed_finish_their_item_and_end(stack):
    worker = stack.worker(slots=2, processes=True, lease_seconds=LONG_LEASE)
    run = stack.start("careful", items=4, hold="before:item-2")
    busy, children = run.arrived().pid, worker.children
    idle = [row.pid for row in stack.registry() if row.pid != busy]
    assert len(idle) == 1

    worker.kill()
    wait_gone(idle)
    run.go()
    wait_gone(children)

    assert stack.registry() == []
    assert run.done == ["item-1", "item-2"]
    found = assert_sound(stack, run)
    assert (found.status, found.lost_attempts) == (RunStatus.PENDING, 0)
    stack.worker(lease_seconds=LONG_LEASE)
    assert stack.end_of(run).status == RunStatus.COMPLETED
    assert run.done == ["item-1", "item-2", "item-3", "item-4"]


def test_a_killed_child_is_replaced_and_its_run_is_rescued(stack):
    worker = stack.worker(processes=True)
    run = stack.start("steady", items=4, hold="before:item-3")
    first = run.arrived().pid
    stack.become(run, lambda found: found.succeeded == 2)

    os.kill(first, signal.SIGKILL)

    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.succeeded, found.lost_attempts) == (RunStatus.COMPLETED, 4, 1)
    assert run.done == ["item-1", "item-2", "item-3", "item-4"]
    assert {trace.pid for trace in run.effects} >= {first}
    assert EventKind.WORKER_LOST in stack.timeline(run)
    assert not worker.has_ended
