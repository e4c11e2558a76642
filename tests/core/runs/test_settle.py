"""Items that were worked on together: their outcomes count as if each had been worked on alone."""

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import ItemFailedError, ItemSkippedError, RunFailedError
from app.core.registry.catalog import current_catalog
from app.core.runs import lifecycle
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.new_run import Initiator
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases

ITEMS = [f"item-{number:03}" for number in range(60)]
GONE = ItemFailedError("not_found", "It is gone.")
SAME = ItemSkippedError("unchanged", "Nothing to do.")


@pytest.fixture
def run_of(app, tenant, offer, worker, fresh):
    """Run an operation over 60 items to its end: `run_of(execute)`."""

    def run(execute, **declared):
        offer(execute, **{"items": lambda _tenant, _params: ITEMS, "idempotent_items": True} | declared)
        started = start_operation(current_catalog(), tenant, "probe.check", {})
        worker()
        return fresh(started.run)

    return run


def ledger(run):
    """(outcome, reason code, attempt) of each item."""
    item = BulkOperationRunItem
    query = select(item.item_id, item.outcome, item.reason_code, item.attempt).where(item.run_id == run.id)
    found = {item_id: tuple(row) for item_id, *row in db.session.execute(query)}
    db.session.commit()
    return found


def judged(item_id):
    return {"0": GONE, "5": SAME}.get(item_id[-1])


@on_both_databases
def test_outcomes_settled_together_are_those_of_items_settled_one_by_one(run_of):
    def together(run):
        run.settle({item: judged(item) for item in run.items})

    run = run_of(together)

    assert run.status == RunStatus.COMPLETED_WITH_ERRORS
    assert (run.total_items, run.succeeded, run.failed, run.skipped) == (60, 48, 6, 6)
    assert run.failure_totals == {"not_found": 6}
    assert ledger(run) == {
        item: {"0": ("failed", "not_found", 1), "5": ("skipped", "unchanged", 1)}.get(
            item[-1], ("succeeded", None, 1)
        )
        for item in ITEMS
    }


@on_both_databases
def test_items_that_nobody_expected_are_listed_and_counted(run_of):
    def together(run):
        run.settle({f"new-{number}": None for number in range(30)})

    run = run_of(together, items=None)

    assert (run.total_items, run.succeeded) == (30, 30)
    assert set(ledger(run).values()) == {("succeeded", None, 1)}


@on_both_databases
def test_a_resumed_run_settles_what_is_left_and_keeps_what_was_settled(run_of):
    def together(run):
        first = dict.fromkeys(ITEMS[:40])
        if run.attempt == 1:
            run.settle(first)
            run.progress.flush()
            raise KeyboardInterrupt
        assert list(run.items) == ITEMS[40:]
        run.settle(dict.fromkeys(ITEMS, GONE))

    run = run_of(together, resumable=True)

    assert (run.attempt, run.succeeded, run.failed) == (2, 40, 20)
    assert set(ledger(run).values()) == {("succeeded", None, 1), ("failed", "not_found", 2)}


def test_an_item_is_settled_once(run_of):
    def twice(run):
        run.settle(dict.fromkeys(ITEMS))
        with pytest.raises(ValueError, match="processed already"):
            run.settle({ITEMS[0]: GONE})

    assert run_of(twice).succeeded == 60


def test_items_that_may_not_be_repeated_are_announced_one_by_one(run_of):
    def together(run):
        with pytest.raises(ValueError, match="one by one"):
            run.settle(dict.fromkeys(ITEMS))

    assert run_of(together, idempotent_items=False).processed_items == 0


def test_a_batch_that_fails_alike_breaks_the_run_before_the_next(run_of):
    def together(run):
        run.settle(dict.fromkeys(ITEMS[:20], GONE))
        run.settle(dict.fromkeys(ITEMS[20:], GONE))

    run = run_of(together, breaker=10)

    assert (run.status, run.failed, run.processed_items) == (RunStatus.FAILED, 20, 20)
    assert run.failure_totals == {"not_found": 20, "stopped_early": 1}


def test_a_run_that_was_asked_to_stop_stops_behind_the_batch(run_of):
    def together(run):
        lifecycle.abort(run.id, Initiator())
        run.progress.flush()
        run.settle(dict.fromkeys(ITEMS[:20]))
        raise RunFailedError("not_stopped", "It went on.")

    run = run_of(together)

    assert (run.status, run.succeeded) == (RunStatus.ABORTED, 20)


def test_secrets_in_a_reason_are_hidden(run_of):
    secret = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"

    def together(run):
        run.settle({ITEMS[0]: ItemFailedError("refused", f"The server said {secret}")})

    assert secret[7:19] not in str(run_of(together).failures)
