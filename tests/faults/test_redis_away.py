"""Redis goes, and comes back without its data: it was only the doorbell."""

from datetime import timedelta

import pytest

from app.core import clock, queue
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import LONG_LEASE, on_stacks
from tests.support.waiting import wait_until

pytestmark = on_stacks("redis")

ITEMS = ["item-1", "item-2", "item-3"]


@pytest.fixture
def queue_url(own_redis, queue_kind):
    """Where the queue of these tests is: on a server of their own."""
    assert queue_kind == "redis"
    return own_redis.url


@pytest.fixture
def stack_prefix():
    """The queue's name; nobody else is on the server."""
    return "tenantatlas"


def assert_executed_once(stack, run, rings):
    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.attempt, found.rings) == (RunStatus.COMPLETED, 1, rings)
    assert run.done == ITEMS


def let_ring_be_due(stack, run):
    stack.change(run, ring_at=clock.now() - timedelta(seconds=1))


def test_rings_that_redis_has_forgotten_are_repeated(stack, own_redis):
    busy = stack.worker()
    held = stack.start("once", hold="before:item-2")
    held.arrived()
    waiting = [stack.start("careful", name=f"run-{number}") for number in range(3)]
    assert queue.length() == 3

    own_redis.stop()
    own_redis.start()

    assert queue.length() == 0
    held.go()
    assert_executed_once(stack, held, rings=0)
    for run in waiting:
        let_ring_be_due(stack, run)
    for run in waiting:
        assert_executed_once(stack, run, rings=1)
    assert not busy.has_ended


def test_runs_go_on_and_can_be_started_while_redis_is_away(stack, own_redis):
    worker = stack.worker(lease_seconds=LONG_LEASE)
    held = stack.start("steady", hold="before:item-2")
    held.arrived()

    own_redis.stop()
    held.go()
    assert_executed_once(stack, held, rings=0)
    unheard = stack.start("careful")
    wait_until(lambda: "Error reading from queue" in worker.output, "the worker does not notice")
    own_redis.start()

    assert stack.run(unheard).status == RunStatus.PENDING
    prompt = stack.start("noop")
    stack.end_of(prompt)
    assert stack.run(prompt).rings == 0
    let_ring_be_due(stack, unheard)
    stack.worker()
    assert_executed_once(stack, unheard, rings=1)
    assert not worker.has_ended
