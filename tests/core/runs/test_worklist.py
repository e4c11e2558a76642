"""Items as an executor sees them: streamed from the ledger, the settled ones left out."""

import tracemalloc

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.runs import worklist
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant
from tests.support.databases import on_both_databases

MEGABYTE = 1024 * 1024


@pytest.fixture
def run_to_its_end(app, tenant, offer, worker, fresh):
    """Offer an executor with items, start it, let a worker execute it, answer with the final run."""

    def run(execute, items=None, **declared):
        offer(execute, items=items, idempotent_items=True, **declared)
        started = start_operation(current_catalog(), tenant, "probe.check", {})
        worker()
        return fresh(started.run)

    return run


def work_through(run):
    for item in run.items:
        with run.item(item):
            pass


def many(count):
    return lambda _tenant, _params: (f"item-{number:07}" for number in range(count))


@on_both_databases
def test_more_items_than_fit_on_the_run_are_listed_by_the_worker_in_their_order(run_to_its_end):
    seen = []

    def check(run):
        for item in run.items:
            seen.append(item)
            with run.item(item):
                pass

    run = run_to_its_end(check, many(2500))

    assert (run.status, run.total_items, run.succeeded) == (RunStatus.COMPLETED, 2500, 2500)
    assert seen == sorted(seen)
    assert run.item_ids == [f"item-{number:07}" for number in range(1000)]
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRunItem)) == 2500


def test_a_thousand_items_are_known_before_a_worker_comes(app, tenant, offer):
    offer(work_through, items=many(1000))

    run = start_operation(current_catalog(), tenant, "probe.check", {}).run

    assert (run.total_items, len(run.item_ids), run.items_listed) == (1000, 1000, True)


def test_more_are_left_to_the_worker(app, tenant, offer):
    offer(work_through, items=many(1001))

    run = start_operation(current_catalog(), tenant, "probe.check", {}).run

    assert (run.total_items, run.item_ids, run.items_listed) == (0, [], False)


@pytest.mark.slow
def test_tens_of_thousands_of_items_need_no_memory(run_to_its_end):
    tracemalloc.start()
    try:
        run = run_to_its_end(work_through, many(60_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (run.succeeded, run.total_items) == (60_000, 60_000)
    assert peak < 30 * MEGABYTE, f"{peak / MEGABYTE:.0f} MB"


@on_both_databases
def test_an_iterator_may_stream_from_a_query_of_its_own(run_to_its_end, make_tenant):
    for number in range(30):
        make_tenant(f"fabled-{number:02}")

    def slugs(_tenant, _params):
        query = select(Tenant.slug).where(Tenant.slug.startswith("fabled")).order_by(Tenant.slug)
        with db.session.scalars(query.execution_options(yield_per=2)) as rows:
            for slug in rows:
                yield from (f"{slug}/{number}" for number in range(50))

    run = run_to_its_end(work_through, slugs)

    assert (run.status, run.succeeded) == (RunStatus.COMPLETED, 1500)


def test_the_length_is_that_of_the_whole_run(run_to_its_end):
    seen = []

    def check(run):
        seen.append(len(run.items))
        run.expect(["late", "a"])
        seen.append(len(run.items))
        work_through(run)
        seen.append(len(run.items))

    run = run_to_its_end(check, lambda _tenant, _params: ["a", "b"])

    assert seen == [2, 3, 3]
    assert run.succeeded == 3


def test_items_added_while_iterating_come_last(run_to_its_end):
    seen = []

    def check(run):
        for item in run.items:
            with run.item(item):
                seen.append(item)
                if item == "a":
                    run.expect(["c"])

    run_to_its_end(check, lambda _tenant, _params: ["a", "b"])

    assert seen == ["a", "b", "c"]


def test_an_item_processed_twice_is_a_mistake_of_the_operation(run_to_its_end, caplog):
    def check(run):
        for _ in range(2):
            with run.item("a"):
                pass

    run = run_to_its_end(check)

    assert run.status == RunStatus.FAILED
    assert run.succeeded == 1
    assert "'a' has been processed already" in caplog.text


def test_when_memory_is_full_the_ledger_is_asked(run_to_its_end, monkeypatch):
    monkeypatch.setattr(worklist, "REMEMBERED", 10)

    def check(run):
        run.expect([f"item-{number}" for number in range(25)])
        run.expect([f"item-{number}" for number in range(30)])
        work_through(run)

    run = run_to_its_end(check)

    assert (run.total_items, run.succeeded, run.status) == (30, 30, RunStatus.COMPLETED)


def test_an_id_that_the_ledger_cannot_hold_is_named(run_to_its_end, caplog):
    run = run_to_its_end(lambda run: run.expect(["x" * 256]))

    assert run.status == RunStatus.FAILED
    assert "has 256 characters, not 1 to 255" in caplog.text
