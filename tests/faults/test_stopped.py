"""SIGTERM and SIGINT while items are in work: nothing is lost, nothing is charged, nobody stays behind."""

import os
import signal

import pytest

from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import LONG_LEASE, on_every_stack
from tests.support.waiting import wait_until
from tests.support.workers import wait_gone

pytestmark = on_every_stack

RESUMED = [
    *(EventKind.QUEUED, EventKind.CLAIMED, EventKind.INTERRUPTED),
    *(EventKind.CLAIMED, EventKind.COMPLETED),
]
AT_ONCE = 10  # seconds; without a second signal it would be 28


def in_threads(number):
    return pytest.param(number, False, lambda worker: worker.send(number), id=f"threads-{number.name}")


def in_processes(number, send, how):
    return pytest.param(number, True, send, id=f"processes-{number.name}-{how}")


THREADS = in_threads(signal.SIGTERM)
# As a terminal does, which tells the whole group.
PROCESSES = in_processes(signal.SIGINT, lambda worker: os.killpg(worker.pid, signal.SIGINT), "group")
OTHERS = [
    in_threads(signal.SIGINT),
    in_processes(signal.SIGTERM, lambda worker: worker.send(signal.SIGTERM), "parent"),  # as a supervisor
]
NAMES = ("number", "processes", "send")


@pytest.mark.parametrize(NAMES, [THREADS, PROCESSES, *OTHERS])
def test_the_item_in_work_is_finished_and_another_worker_goes_on(stack, number, processes, send):
    resumable = stack.start("careful", items=4, hold="before:item-2")
    other = stack.start("once", items=4, hold="before:item-2")
    worker = stack.worker(slots=2, processes=processes, lease_seconds=LONG_LEASE)
    pids = [worker.pid, resumable.arrived().pid, other.arrived().pid, *worker.children]

    send(worker)
    wait_for_shutdown(worker, number)
    resumable.go()
    other.go()

    assert worker.wait() == 0, worker.output
    wait_gone(pids)
    assert stack.registry() == []
    assert_sound(stack, resumable)
    found = assert_sound(stack, other)
    assert (found.status, found.attempt, other.done) == (RunStatus.COMPLETED, 1, items(4))
    assert resumable.done == items(2)
    assert (stack.run(resumable).status, stack.run(resumable).lost_attempts) == (RunStatus.PENDING, 0)

    stack.worker(lease_seconds=LONG_LEASE)
    stack.end_of(resumable)
    found = assert_sound(stack, resumable)
    assert (found.status, found.attempt, found.lost_attempts) == (RunStatus.COMPLETED, 2, 0)
    assert resumable.done == items(4)
    assert stack.timeline(resumable) == RESUMED


@pytest.mark.parametrize(NAMES, [THREADS, PROCESSES])
def test_a_second_signal_ends_the_worker_at_once(stack, number, processes, send):
    resumable = stack.start("steady", hold="before:item-2")
    other = stack.start("once", hold="before:item-2")
    worker = stack.worker(slots=2, processes=processes, lease_seconds=LONG_LEASE)
    pids = [worker.pid, resumable.arrived().pid, other.arrived().pid, *worker.children]
    send(worker)
    wait_for_shutdown(worker, number)

    send(worker)

    wait_gone(pids, AT_ONCE)
    assert stack.registry() == []
    assert assert_sound(stack, resumable).status == RunStatus.PENDING
    found = assert_sound(stack, other)
    assert (found.status, found.unknown) == (RunStatus.FAILED, 1)
    assert found.failure_totals == {"worker_stopped": 1, "outcome_unknown": 1}


@pytest.mark.parametrize("processes", [False, True], ids=["threads", "processes"])
def test_a_worker_without_work_ends_at_once_and_is_forgotten(stack, processes):
    worker = stack.worker(slots=2, processes=processes)
    children = worker.children

    worker.send(signal.SIGTERM)

    assert worker.wait(AT_ONCE) == 0, worker.output
    wait_gone(children, AT_ONCE)
    assert stack.registry() == []


def wait_for_shutdown(worker, number):
    wait_until(lambda: "Shutting down gracefully" in worker.output, "the signal is not heard")
    assert f"Received {number.name}" in worker.output


def items(count):
    return [f"item-{number}" for number in range(1, count + 1)]
