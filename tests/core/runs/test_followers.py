"""Runs that follow others: started in the transaction that ends the first."""

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import RunFailedError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.registry.contract import OperationType, Plugin
from app.core.runs import lifecycle
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases
from tests.support.outages import away


@pytest.fixture
def chain(app, tenant, operator, worker):
    """`first.do` and `second.do`, which asks `wanted` after each run of the first; answers with all runs."""

    def run(wanted, execute=lambda run: run.summarize(found=3)):
        first = OperationType(run_type="first.do", label="First", execute=execute)
        second = OperationType(
            run_type="second.do", label="Second", execute=lambda _run: None, follows={"first.do": wanted}
        )
        app.extensions[EXTENSION].add(Plugin(name="chained", version="1.0.0", operations=(first, second)))
        start_operation(current_catalog(), tenant, "first.do", {}, operator)
        worker()
        return db.session.scalars(select(BulkOperationRun).order_by(BulkOperationRun.id)).all()

    return run


@on_both_databases
def test_a_run_follows_the_one_it_names(chain, operator):
    asked = []

    first, second = chain(lambda facts: asked.append((facts.id, facts.summary)) or {})

    assert asked == [(first.id, {"found": 3})]
    assert (second.run_type, second.caused_by_id, second.status) == (
        "second.do",
        first.id,
        RunStatus.COMPLETED,
    )
    assert second.user_id == operator.id


def test_nothing_follows_when_nothing_is_wanted(chain):
    assert len(chain(lambda _facts: None)) == 1


def test_nothing_follows_a_run_that_failed(chain):
    def fail(_run):
        raise RunFailedError("stopped", "Stopped.")

    assert len(chain(lambda _facts: {}, fail)) == 1


def test_a_follower_that_cannot_say_what_it_wants_costs_itself_only(chain, caplog):
    def broken(_facts):
        raise LookupError("no baseline")

    [first] = chain(broken)

    assert first.status == RunStatus.COMPLETED
    assert "second.do cannot follow it" in caplog.text


def test_a_follower_whose_parameters_do_not_fit_costs_itself_only(chain, caplog):
    [first] = chain(lambda _facts: {"unknown": 1})

    assert first.status == RunStatus.COMPLETED
    assert "second.do cannot follow it" in caplog.text


def test_a_follower_is_not_forgotten_when_the_end_is_written_at_the_second_try(chain, monkeypatch):
    really, tries = lifecycle.finish, []

    def refuse_once(*args, **kwargs):
        tries.append(args)
        if len(tries) == 1:
            raise away()
        return really(*args, **kwargs)

    monkeypatch.setattr(lifecycle, "finish", refuse_once)
    monkeypatch.setattr("app.core.clock.pause", lambda _seconds: None)

    assert len(chain(lambda _facts: {})) == 2
