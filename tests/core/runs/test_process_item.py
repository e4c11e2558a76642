"""Operations that say what to do with one item: core walks them."""

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import ItemFailedError, ItemSkippedError, RunFailedError, RunInterruptedError
from app.core.registry.catalog import current_catalog
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases

ITEMS = ["a", "b", "c", "d"]


@pytest.fixture
def process(app, tenant, offer, worker, fresh):
    """Offer an operation that processes single items, start it, let a worker execute it."""

    def run(process_item, **declared):
        offer(None, process_item=process_item, items=lambda _tenant, _params: ITEMS, **declared)
        started = start_operation(current_catalog(), tenant, "probe.check", {})
        worker()
        return fresh(started.run)

    return run


def outcomes():
    rows = db.session.execute(select(BulkOperationRunItem.item_id, BulkOperationRunItem.outcome))
    return {item: str(outcome) for item, outcome in rows}


@on_both_databases
def test_each_item_is_processed_once_and_has_its_own_outcome(process):
    seen = []

    def check(run, item_id):
        seen.append((run.tenant.slug, item_id))
        if item_id == "b":
            raise ItemFailedError("not_found", "It is gone.")
        if item_id == "c":
            raise ItemSkippedError("unchanged", "Nothing to do.")
        run.summarize(last=item_id)

    run = process(check)

    assert seen == [("fictional", item) for item in ITEMS]
    assert outcomes() == {"a": "succeeded", "b": "failed", "c": "skipped", "d": "succeeded"}
    assert (run.status, run.summary) == (RunStatus.COMPLETED_WITH_ERRORS, {"last": "d"})


def test_an_item_that_breaks_fails_alone(process):
    def check(_run, item_id):
        if item_id == "b":
            raise KeyError(item_id)

    run = process(check)

    assert (run.succeeded, run.failure_totals) == (3, {"unexpected_error": 1})


def test_an_operation_may_still_end_the_whole_run(process):
    def check(_run, item_id):
        if item_id == "b":
            raise RunFailedError("no_access", "The tenant refuses.")

    run = process(check, idempotent_items=True)

    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"no_access": 1})
    assert outcomes() == {"a": "succeeded", "b": "pending", "c": "pending", "d": "pending"}


def test_a_resumed_run_processes_only_what_is_left(process):
    seen = []

    def check(run, item_id):
        seen.append(item_id)
        if item_id == "c" and run.attempt == 1:
            raise RunInterruptedError("the worker is being stopped")

    run = process(check, resumable=True, idempotent_items=True)

    assert seen == ["a", "b", "c", "c", "d"]
    assert (run.status, run.attempt, run.succeeded) == (RunStatus.COMPLETED, 2, 4)
