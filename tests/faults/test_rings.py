"""The doorbell fails: it does not ring, or rings too often. A run is executed once all the same."""

import signal
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock, queue
from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import on_every_stack, on_stacks
from tests.support.steering import SteeredRun
from tests.support.waiting import wait_until


@pytest.fixture
def killed_start(stack, spawn, site, tmp_path):
    """A run whose starter was killed before it could ring."""

    def start():
        process = spawn(
            *("-m", "tests.faults.killed_start", stack.tenant.slug, tmp_path),
            python_path=[site],
            queue_prefix=stack.settings.queue_prefix,
            plugins_disabled="inventory,drift,backup_sets",
        )
        output, _ = process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL, output
        run_id = db.session.scalar(select(BulkOperationRun.id))
        db.session.commit()
        return SteeredRun(run_id, tmp_path)

    return start


def assert_rung_again_and_executed_once(stack, run):
    assert (stack.run(run).status, queue.length()) == (RunStatus.PENDING, 0), "nobody was told of it"
    stack.worker()

    stack.change(run, ring_at=clock.now() - timedelta(seconds=1))

    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.rings, found.attempt) == (RunStatus.COMPLETED, 1, 1)
    assert run.done == ["item-1", "item-2", "item-3"]


@on_every_stack
def test_a_start_that_is_killed_before_it_rings_is_rung_for_by_a_worker(stack, killed_start):
    assert_rung_again_and_executed_once(stack, killed_start())


# SQLite's queue is a file beside the data, and PostgresHuey lives where the data is: both are there or none.
@on_stacks("redis")
def test_a_start_that_cannot_reach_the_queue_is_rung_for_by_a_worker(stack, make_app):
    deaf = make_app(queue_url="redis://127.0.0.1:1/0")
    with deaf.app_context():
        run = stack.start("steady")

    assert_rung_again_and_executed_once(stack, run)


@on_every_stack
def test_a_ring_that_is_heard_many_times_by_three_workers_executes_once(stack):
    for _ in range(3):
        stack.worker()
    run = stack.start("careful", hold="before:item-2")
    for _ in range(8):
        queue.ring(run.id)
    run.arrived()
    wait_until(lambda: queue.length() == 0, "the rings are not heard")
    run.go()
    stack.end_of(run)
    for _ in range(8):
        queue.ring(run.id)
    wait_until(lambda: queue.length() == 0, "the late rings are not heard")
    for _ in range(3):
        stack.end_of(stack.start("noop"))

    found = assert_sound(stack, run)
    assert (found.status, found.attempt) == (RunStatus.COMPLETED, 1)
    assert run.done == ["item-1", "item-2", "item-3"]
