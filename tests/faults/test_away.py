"""PostgreSQL is stopped and started under a working worker: what was done is neither lost nor done twice."""

import signal
from contextlib import contextmanager
from time import monotonic

import pytest

from app.core.db import db
from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.stacks import LEASE_SECONDS, on_stacks
from tests.support.waiting import wait_until

pytestmark = on_stacks("redis", "postgres")

LONG_OUTAGE = 20.0  # seconds
LONGER_THAN_THE_OUTAGE = 30.0  # seconds, of a lease
ITEMS = ["item-1", "item-2", "item-3"]


@pytest.fixture
def database(request, own_database):
    """Where the data of these tests are: on a server of their own."""
    assert request.param == "postgresql"
    return own_database


@pytest.fixture
def outage(own_postgres):
    """`with outage(5) as began:` PostgreSQL is away during the block, and at least so many seconds."""

    @contextmanager
    def away(seconds=0.0):
        end_transaction()
        own_postgres.stop()
        end = monotonic() + seconds
        yield
        wait_until(lambda: monotonic() > end, "time does not pass")
        own_postgres.start()
        db.engine.dispose()

    return away


def test_twenty_seconds_without_a_database_cost_neither_an_item_nor_an_end(stack, outage):
    worker = stack.worker(slots=2, lease_seconds=LONGER_THAN_THE_OUTAGE)
    midway, at_its_end = stack.start("steady", hold="before:item-2"), stack.start("once", hold="end")
    midway.arrived()
    at_its_end.arrived()

    with outage(LONG_OUTAGE):
        midway.go()
        at_its_end.go()

    for run in (midway, at_its_end):
        stack.end_of(run)
        found = assert_sound(stack, run)
        assert (found.status, found.succeeded, run.done) == (RunStatus.COMPLETED, 3, ITEMS)
    assert stack.run(at_its_end).attempt == 1
    stack.end_of(stack.start("noop"))
    assert not worker.has_ended


def test_an_outage_longer_than_the_lease_repeats_nothing_that_may_not_be_repeated(stack, outage):
    for _ in range(2):
        stack.worker(slots=2)
    careful, steady = [stack.start(kind, hold="before:item-2") for kind in ("careful", "steady")]
    careful.arrived()
    steady.arrived()

    with outage(3 * LEASE_SECONDS):
        pass
    careful.go()
    steady.go()

    stack.end_of(careful)
    assert_sound(stack, careful)
    assert careful.done == ITEMS
    found = assert_sound(stack, stack.end_of(steady).id)
    assert (found.status, found.succeeded) == (RunStatus.COMPLETED, 3)


@pytest.mark.parametrize("processes", [False, True], ids=["threads", "processes"])
def test_a_worker_that_is_stopped_without_a_database_leaves_its_run_to_another(stack, outage, processes):
    worker = stack.worker(processes=processes)
    run = stack.start("steady", hold="end")
    run.arrived()
    stack.become(run, lambda found: found.processed_items == 3)

    with outage():
        run.go()
        wait_until(lambda: "its end is written when it is back" in worker.output, "it does not notice")
        worker.send(signal.SIGTERM)
        assert worker.wait() == 0, worker.output
    stack.worker()

    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.succeeded, run.done) == (RunStatus.COMPLETED, 3, ITEMS)
    assert EventKind.WORKER_LOST in stack.timeline(run)
