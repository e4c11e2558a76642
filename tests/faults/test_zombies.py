"""A worker that is frozen beyond its lease and comes back: it writes nothing and does nothing more."""

import sqlite3

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from app.core.db import db
from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.stacks import on_every_stack
from tests.support.waiting import wait_until

pytestmark = on_every_stack


@pytest.fixture
def freeze(stack):
    """Freeze a worker at a moment when it holds no lock: with one, everybody would wait for its thaw."""

    def do(worker):
        def look():
            worker.freeze()
            if is_writable(stack.settings.database_url):
                return True
            worker.thaw()
            return False

        wait_until(look, "the worker is always writing")

    return do


def is_writable(url):
    end_transaction()
    try:
        if url.startswith("sqlite"):
            with sqlite3.connect(make_url(url).database, timeout=0, isolation_level=None) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        else:
            db.session.execute(text("SELECT id FROM bulk_operation_runs FOR UPDATE NOWAIT"))
            db.session.commit()
    except (OperationalError, sqlite3.OperationalError):
        db.session.rollback()
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "second", "outcome"),
    [("steady", "item-2", RunStatus.COMPLETED), ("careful", "item-3", RunStatus.COMPLETED_WITH_ERRORS)],
)
def test_a_zombie_writes_nothing_and_begins_nothing_more(stack, freeze, kind, second, outcome):
    zombie = stack.worker()
    run = stack.start(kind, items=4, hold="after:item-2")
    run.arrived()
    stack.become(run, lambda found: found.succeeded == 1)
    freeze(zombie)
    heir = stack.worker()
    ended = stack.end_of(run)
    assert (ended.status, ended.attempt, ended.lost_attempts) == (outcome, 2, 1)

    run.go()
    zombie.thaw()
    wait_until(lambda: "lease lost" in zombie.output, "the zombie does not notice")
    heir.kill()
    stack.end_of(stack.start("noop"))

    assert not zombie.has_ended, "it goes on with other runs"
    assert [(trace.what, trace.attempt) for trace in run.effects if trace.pid == zombie.pid] == [
        *(("item-1", 1), ("item-2", 1))
    ]
    assert run.done[2] == second
    found = assert_sound(stack, run)
    assert (found.version, found.finished_at) == (ended.version, ended.finished_at)
    assert stack.timeline(run)[-1] == EventKind(outcome.value)


def test_a_zombie_whose_run_is_still_worked_on_by_another_lets_it_be(stack, freeze):
    zombie = stack.worker()
    run = stack.start("steady", items=4, hold="after:item-2", hold_again="before:item-3")
    run.arrived()
    stack.become(run, lambda found: found.succeeded == 1)
    freeze(zombie)
    stack.worker()
    run.arrived(attempt=2)

    zombie.thaw()
    run.go()
    wait_until(lambda: "lease lost" in zombie.output, "the zombie does not notice")
    run.go(attempt=2)

    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.succeeded, found.attempt) == (RunStatus.COMPLETED, 4, 2)
    assert run.done == ["item-1", "item-2", "item-2", "item-3", "item-4"]
