"""The worker registry: who executes runs, and what each can execute."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.core.db import db
from app.core.runs import worker as worker_process
from app.core.runs.worker import beating
from app.core.runs.workers import (
    FORGOTTEN_AFTER,
    Worker,
    forget_silent_workers,
    forget_worker,
    list_workers,
    live_run_types,
)
from tests.support.databases import on_both_databases
from tests.support.registered import register
from tests.support.waiting import wait_until


def known():
    found = [(worker.id, lives) for worker, lives in list_workers()]
    db.session.commit()
    return found


@on_both_databases
def test_a_worker_that_is_seen_again_keeps_its_card_and_its_beginning(app, fresh):
    register("harbour:1:aa", lives=False, slots=2)
    began = db.session.scalars(select(Worker)).one().started_at
    db.session.commit()

    register("harbour:1:aa", lives=True, slots=9)

    db.session.expire_all()
    found = db.session.scalars(select(Worker)).one()
    assert (found.slots, found.started_at) == (2, began)
    assert known() == [("harbour:1:aa", True)]


@on_both_databases
def test_a_worker_that_was_not_seen_in_time_is_silent(app):
    register("harbour:1:aa")
    register("quay:2:bb", lives=False)

    assert dict(known()) == {"harbour:1:aa": True, "quay:2:bb": False}


@on_both_databases
def test_only_what_a_living_worker_can_execute_is_offered(app):
    register("harbour:1:aa", run_types=["probe.check", "probe.count"])
    register("quay:2:bb", run_types=["probe.count", "ferry.call"])
    register("pier:3:cc", lives=False, run_types=["lost.thing"])

    assert live_run_types() == {"probe.check", "probe.count", "ferry.call"}


@on_both_databases
def test_a_silent_worker_is_forgotten_after_a_day_and_not_before(app):
    for name, seconds in (("old:1:aa", FORGOTTEN_AFTER + 60), ("young:2:bb", FORGOTTEN_AFTER - 60)):
        register(name, lives=False)
        seen = select(Worker.seen_at).where(Worker.id == name)
        moment = db.session.scalar(seen) - timedelta(seconds=seconds)
        db.session.execute(update(Worker).where(Worker.id == name).values(seen_at=moment))
        db.session.commit()

    assert forget_silent_workers() == 1
    assert [name for name, _ in known()] == ["young:2:bb"]


def test_a_worker_that_ends_cleanly_is_forgotten_at_once(app):
    register("harbour:1:aa")
    register("quay:2:bb")

    forget_worker("harbour:1:aa")

    assert [name for name, _ in known()] == ["quay:2:bb"]


@on_both_databases
def test_a_process_is_registered_with_its_plugins_as_long_as_it_beats(app):
    card = worker_process._card(app, slots=3)

    with beating(app, card):
        wait_until(known, "the worker registers itself")
        found, lives = list_workers()[0]
        db.session.commit()
        assert lives
        assert (found.id, found.slots, found.plugins["drift"]) == (card.id, 3, "1.0.0")
        assert "inventory.sync" in found.run_types

    assert known() == []


def test_a_process_that_takes_nothing_from_the_queue_is_no_worker(app):
    chores_done = []

    with beating(app, None, [[lambda: chores_done.append(1)]]):
        wait_until(lambda: chores_done, "a round of the heartbeat")

    assert db.session.scalar(select(func.count()).select_from(Worker)) == 0


def test_what_cannot_begin_leaves_no_heart_behind(app):
    """A thread that goes on alone would beat for leases that are another application's."""
    before = set(threading.enumerate())

    with pytest.raises(TypeError), beating(app, None, [None]):
        pass

    assert set(threading.enumerate()) == before
