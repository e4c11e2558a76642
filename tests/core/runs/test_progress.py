"""What an executing run writes, when, and what happens while the database is away."""

import sqlite3

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.db import db, is_away
from app.core.errors import LeaseLostError
from app.core.runs import lifecycle, progress
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.lease import Lease
from app.core.runs.models import BulkOperationRun
from app.core.runs.progress import Progress
from app.core.runs.status import RunStatus
from app.core.runs.tally import ItemOutcome
from tests.support.asking import asking
from tests.support.databases import on_both_databases
from tests.support.outages import away
from tests.support.records import lease_of

A = ItemOutcome("a", Outcome.SUCCEEDED)


@pytest.fixture
def begun(make_run):
    """Progress of a running run with three items; `announces_items` as in the product."""

    def begin(*, announces_items=False):
        run = make_run(RunStatus.RUNNING, items=["a", "b", "c"], idempotent_items=not announces_items)
        return run, Progress(lease_of(run), announces_items=announces_items)

    return begin


@pytest.fixture
def asked(app):
    """What is asked of the database."""
    with asking() as statements:
        yield statements


def row_writes(asked):
    """How often a run's row was updated."""
    return sum("UPDATE bulk_operation_runs" in one.statement for one in asked)


@pytest.fixture
def time(monkeypatch):
    """A clock that moves only when told to: `time.pass_(0.3)`."""

    class Time:
        now = 1000.0

        def pass_(self, seconds):
            self.now += seconds

    moved = Time()
    monkeypatch.setattr(clock, "ticks", lambda: moved.now)
    return moved


def outcomes():
    return dict(db.session.execute(select(BulkOperationRunItem.item_id, BulkOperationRunItem.outcome)).all())


def refuse_once(monkeypatch, error):
    """Let the next write of progress fail."""
    really, calls = lifecycle.record_progress, []

    def refuse(lease, tally):
        calls.append(tally)
        if len(calls) == 1:
            raise error
        return really(lease, tally)

    monkeypatch.setattr(progress.lifecycle, "record_progress", refuse)


def test_a_thousand_items_in_a_second_write_the_row_four_times(app, time, begun, asked):
    _, held = begun()
    asked.clear()

    for number in range(1000):
        held.begin(f"item-{number}")
        held.end(ItemOutcome(f"item-{number}", Outcome.SUCCEEDED))
        time.pass_(0.001)
        held.flush_when_due()

    assert row_writes(asked) in {3, 4}


@on_both_databases
def test_items_that_may_not_be_repeated_are_written_ahead_and_the_row_is_not(app, time, begun, asked, fresh):
    run, held = begun(announces_items=True)
    asked.clear()

    held.begin("a")
    assert outcomes()["a"] == Outcome.IN_FLIGHT
    held.end(A)
    held.begin("b")

    assert outcomes() == {"a": Outcome.SUCCEEDED, "b": Outcome.IN_FLIGHT, "c": Outcome.PENDING}
    assert row_writes(asked) == 0
    held.flush()
    assert fresh(run).succeeded == 1


def test_what_a_long_item_holds_back_is_shown_by_the_heartbeat(app, time, begun, fresh):
    run, held = begun()
    held.begin("a")
    held.end(A)
    held.begin("b")
    time.pass_(progress.FLUSH_SECONDS)

    held.beat()

    assert fresh(run).succeeded == 1
    assert outcomes()["b"] == Outcome.IN_FLIGHT


def test_the_heartbeat_renews_a_lease_four_times_while_nothing_happens(app, time, begun, monkeypatch):
    _, held = begun()
    renewed = []
    monkeypatch.setattr(progress.lifecycle, "renew", lambda lease: renewed.append(lease) or True)

    for _ in range(600):
        time.pass_(0.1)
        held.beat()

    assert len(renewed) in {3, 4}


def test_the_heartbeat_finds_a_lost_lease_and_says_so_to_the_executor(app, time, begun):
    run, _ = begun()
    held = Progress(Lease(run.id, "a token of the past", 60.0), announces_items=False)
    time.pass_(30)

    held.beat()

    assert held.is_lost


@on_both_databases
def test_a_database_that_is_away_for_a_moment_costs_nothing(app, begun, fresh, monkeypatch, caplog):
    run, held = begun()
    held.end(A)
    refuse_once(monkeypatch, away())

    held.flush()
    assert "progress cannot be written now" in caplog.text
    held.end(ItemOutcome("b", Outcome.SUCCEEDED))
    held.flush()

    assert fresh(run).succeeded == 2
    assert outcomes() == {"a": Outcome.SUCCEEDED, "b": Outcome.SUCCEEDED, "c": Outcome.PENDING}


def test_work_of_the_operation_in_the_same_transaction_is_not_forgotten_silently(app, begun, monkeypatch):
    _, held = begun()
    held.end(A)
    refuse_once(monkeypatch, away())
    db.session.execute(text("UPDATE tenants SET name = 'half done'"))

    with pytest.raises(OperationalError):
        held.flush()

    held.flush()
    assert outcomes()["a"] == Outcome.SUCCEEDED, "the tally is kept all the same"


def test_an_error_that_is_no_outage_is_raised(app, begun, monkeypatch):
    _, held = begun()
    held.end(A)
    refuse_once(monkeypatch, OperationalError("UPDATE", {}, sqlite3.OperationalError("no such column: x")))

    with pytest.raises(OperationalError):
        held.flush()


def test_a_lease_that_could_not_be_confirmed_for_its_length_is_doubtful(app, time, begun, monkeypatch):
    _, held = begun()
    assert not held.is_doubtful
    time.pass_(60.1)
    assert held.is_doubtful

    held.flush()

    assert not held.is_doubtful


def test_after_a_lost_lease_nothing_is_written(app, begun, fresh):
    run, _ = begun()
    held = Progress(Lease(run.id, "a token of the past", 60.0), announces_items=True)

    with pytest.raises(LeaseLostError):
        held.begin("a")
    with pytest.raises(LeaseLostError):
        held.flush()

    assert outcomes()["a"] == Outcome.PENDING
    assert fresh(run).version == run.version


@pytest.mark.parametrize("name", ["SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_CANTOPEN"])
def test_an_outage_of_sqlite_is_known_by_its_code(name):
    cause = sqlite3.OperationalError("some words")
    cause.sqlite_errorname = name

    assert is_away(OperationalError("SELECT 1", {}, cause))


def test_a_mistake_in_a_statement_is_no_outage():
    cause = sqlite3.OperationalError("no such table: x")
    cause.sqlite_errorname = "SQLITE_ERROR"

    assert not is_away(OperationalError("SELECT 1", {}, cause))
    assert not is_away(ValueError("SQLITE_BUSY"))


def test_items_found_while_running_and_done_at_once_are_counted_once(app, begun, fresh):
    run, held = begun(announces_items=True)

    held.expect(["d", "a"])
    held.begin("d")
    held.end(ItemOutcome("d", Outcome.SUCCEEDED))
    held.flush()

    run = fresh(run)
    assert (run.total_items, run.succeeded, run.item_ids) == (4, 1, ["a", "b", "c", "d"])
    assert db.session.scalar(select(BulkOperationRun.processed_items)) == 1
