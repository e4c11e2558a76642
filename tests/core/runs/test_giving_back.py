"""A run is given back: its worker is being stopped, or its database was away."""

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import LeaseLostError
from app.core.registry.catalog import current_catalog
from app.core.runs import execute, heartbeat, lifecycle
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.lease import Lease
from app.core.runs.new_run import Initiator
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.databases import on_both_databases
from tests.support.outages import away
from tests.support.records import lease_of, tally

ITEMS = ["a", "b", "c"]
RESUMABLE = {"resumable": True, "max_attempts": 3}


@pytest.fixture
def stopping(monkeypatch):
    """Whether this process is being stopped: `stopping.append(True)` asks it to."""
    asked = []
    monkeypatch.setattr(heartbeat, "is_stopping", lambda: bool(asked))
    monkeypatch.setattr(execute, "STOPPING_PAUSE", 0)
    return asked


@pytest.fixture
def started(app, tenant, offer):
    """Start an operation that tells `at` before each item it works on."""

    def start(at, **declared):
        def check(run):
            for item in run.items:
                with run.item(item):
                    at(item)

        offer(check, items=lambda _tenant, _params: ITEMS, **declared)
        return start_operation(current_catalog(), tenant, "probe.check", {}).run

    return start


def kinds_of(run):
    query = select(BulkOperationRunEvent.kind).where(BulkOperationRunEvent.run_id == run.id)
    return list(db.session.scalars(query.order_by(BulkOperationRunEvent.id)))


def outcomes_of(run):
    query = select(BulkOperationRunItem.item_id, BulkOperationRunItem.outcome)
    return dict(db.session.execute(query.where(BulkOperationRunItem.run_id == run.id)).all())


@on_both_databases
@pytest.mark.parametrize("idempotent", [True, False], ids=["repeatable items", "others"])
def test_a_stopped_worker_ends_its_item_and_another_goes_on(started, stopping, worker, fresh, idempotent):
    done = []

    def at(item):
        done.append(item)
        if item == "a":
            stopping.append(True)

    run = started(at, **RESUMABLE, idempotent_items=idempotent)
    execute.execute_run(run.id)

    assert done == ["a"]
    assert fresh(run).status == RunStatus.PENDING
    assert (fresh(run).lost_attempts, fresh(run).lease_token, fresh(run).worker) == (0, None, None)
    assert outcomes_of(run) == {"a": Outcome.SUCCEEDED, "b": Outcome.PENDING, "c": Outcome.PENDING}

    stopping.clear()
    worker()

    run = fresh(run)
    assert done == ITEMS
    assert (run.status, run.succeeded, run.unknown) == (RunStatus.COMPLETED, 3, 0)
    assert kinds_of(run) == [
        *(EventKind.QUEUED, EventKind.CLAIMED, EventKind.INTERRUPTED),
        *(EventKind.CLAIMED, EventKind.COMPLETED),
    ]


def test_what_cannot_be_resumed_is_worked_to_its_end(started, stopping, fresh):
    done = []

    def at(item):
        done.append(item)
        stopping.append(True)

    run = started(at)
    execute.execute_run(run.id)

    assert done == ITEMS
    assert fresh(run).status == RunStatus.COMPLETED


def test_a_worker_that_is_being_stopped_claims_nothing_and_rings_for_others(started, stopping, worker, fresh):
    run = started(lambda _item: None)
    stopping.append(True)

    execute.execute_run(run.id)

    assert fresh(run).status == RunStatus.PENDING
    stopping.clear()
    assert worker() == 2, "the ring that was heard and the one that replaces it"
    assert fresh(run).status == RunStatus.COMPLETED


@on_both_databases
def test_a_database_that_goes_away_inside_an_item_interrupts_the_run(started, worker, fresh):
    calls = []

    def at(item):
        calls.append(item)
        if calls == ["a", "b"]:
            raise away()

    run = started(at, **RESUMABLE, idempotent_items=True)
    worker()

    run = fresh(run)
    assert calls == ["a", "b", "b", "c"]
    assert (run.status, run.succeeded, run.lost_attempts) == (RunStatus.COMPLETED, 3, 1)


def test_a_database_that_goes_away_each_time_ends_the_run_in_the_end(started, worker, fresh):
    def at(_item):
        raise away()

    run = started(at, **RESUMABLE, idempotent_items=True)
    worker()

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"crashed_repeatedly": 1})
    assert (run.attempt, run.lost_attempts) == (3, 3)


def test_an_interrupted_item_that_may_not_be_repeated_is_unknown(started, worker, fresh):
    calls = []

    def at(item):
        calls.append(item)
        if calls == ["a", "b"]:
            raise away()

    run = started(at, **RESUMABLE)
    worker()

    run = fresh(run)
    assert calls == ["a", "b", "c"]
    assert (run.status, run.unknown) == (RunStatus.COMPLETED_WITH_ERRORS, 1)


def test_an_end_that_cannot_be_written_at_once_is_written_later(started, worker, fresh, monkeypatch):
    really, tries = lifecycle.finish, []

    def refuse_twice(*args, **kwargs):
        tries.append(args)
        if len(tries) < 3:
            raise away()
        return really(*args, **kwargs)

    monkeypatch.setattr(lifecycle, "finish", refuse_twice)
    monkeypatch.setattr("app.core.clock.pause", lambda _seconds: None)
    run = started(lambda _item: None)
    worker()

    assert (fresh(run).status, fresh(run).succeeded, len(tries)) == (RunStatus.COMPLETED, 3, 3)


def test_an_end_that_can_never_be_written_fails_the_run_with_its_items_counted(
    started, worker, fresh, monkeypatch
):
    really = lifecycle.finish

    def refuse(lease, status, counted, **more):
        if more:
            raise ValueError("cannot be stored")
        return really(lease, status, counted)

    monkeypatch.setattr(lifecycle, "finish", refuse)
    run = started(lambda _item: None)
    worker()

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"unexpected_error": 1})


@on_both_databases
def test_a_run_that_was_asked_to_stop_is_not_resumed(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=ITEMS, **RESUMABLE)
    lease = lease_of(run)
    lifecycle.abort(run.id, Initiator())

    assert lifecycle.give_back(lease, tally(succeeded=["a"]), "Its worker was stopped.") is False

    run = fresh(run)
    assert (run.status, run.succeeded) == (RunStatus.ABORTED, 1)


def test_what_cannot_be_resumed_is_failed_when_it_must_be_given_back(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=ITEMS)

    assert lifecycle.give_back(lease_of(run), Tally(), "Its worker was stopped.") is False

    assert fresh(run).failure_totals == {"worker_stopped": 1}


def test_a_lease_of_the_past_gives_nothing_back(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, **RESUMABLE)

    with pytest.raises(LeaseLostError):
        lifecycle.give_back(Lease(run.id, "a token of the past", 60), Tally(), "Its worker was stopped.")

    assert fresh(run).status == RunStatus.RUNNING
