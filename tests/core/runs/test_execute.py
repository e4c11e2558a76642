"""The one generic task: whatever an operation does, the run says how it ended."""

import pytest
from pydantic import BaseModel
from sqlalchemy import select, text, update

from app.core import clock
from app.core.db import db
from app.core.errors import ItemFailedError, ItemSkippedError, RunAbortedError, RunFailedError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.registry.contract import RelatedLink
from app.core.runs import heartbeat, progress
from app.core.runs.closing import is_local
from app.core.runs.execute import execute_run
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import timeline_of
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases
from tests.support.records import begin, new_run

SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmaWN0aW9uYWwifQ.c2lnbmF0dXJl"


@pytest.fixture
def run_to_its_end(app, tenant, offer, worker, fresh):
    """Offer an executor, start it, let a worker execute it, answer with the final run."""

    def run(execute, values=None, **declared):
        offer(execute, **declared)
        started = start_operation(current_catalog(), tenant, "probe.check", values or {})
        worker()
        return fresh(started.run)

    return run


@pytest.fixture
def _flush_always(monkeypatch):
    monkeypatch.setattr(progress, "FLUSH_SECONDS", 0)


def reasons(run):
    return [(entry["reason_code"], entry["reason"]) for entry in run.failures or []]


@on_both_databases
def test_an_operation_that_works_through_its_items_succeeds(run_to_its_end, tenant, app):
    def check(run):
        assert run.tenant.slug == "fictional"
        for item in run.items:
            with run.item(item):
                pass
        run.summarize(seen=len(run.items))

    run = run_to_its_end(check, items=lambda _tenant, _params: ["a", "b", "a"])

    assert (run.status, run.total_items, run.succeeded) == (RunStatus.COMPLETED, 2, 2)
    assert run.summary == {"seen": 2}
    assert run.worker == heartbeat.worker_name()


def test_items_fail_and_are_skipped_one_by_one_and_the_run_goes_on(run_to_its_end):
    def check(run):
        with run.item("fine"):
            pass
        with run.item("gone"):
            raise ItemFailedError("not_found", "The policy is gone.")
        with run.item("same"):
            raise ItemSkippedError("unchanged", "Nothing to do.")
        with run.item("odd"):
            raise KeyError(SECRET)

    run = run_to_its_end(check)

    assert run.status == RunStatus.COMPLETED_WITH_ERRORS
    assert (run.total_items, run.succeeded, run.failed, run.skipped) == (4, 1, 2, 1)
    assert run.failure_totals == {"not_found": 1, "unexpected_error": 1}
    rows = db.session.execute(select(BulkOperationRunItem.item_id, BulkOperationRunItem.reason_code)).all()
    assert dict(rows) == {"fine": None, "gone": "not_found", "same": "unchanged", "odd": "unexpected_error"}


def test_the_text_of_an_unexpected_exception_is_logged_and_never_stored(run_to_its_end, app, caplog):
    def check(run):
        with run.item("a"):
            raise RuntimeError("inside the item: hush-hush")
        raise RuntimeError("outside: hush-hush")

    run = run_to_its_end(check)

    stored = [str(vars(row)) for row in [run, *db.session.scalars(select(BulkOperationRunItem))]]
    assert not [text for text in stored if "hush" in text]
    assert all("RuntimeError" in reason for _, reason in reasons(run))
    assert "RuntimeError: inside the item: hush-hush" in caplog.text
    assert "RuntimeError: outside: hush-hush" in caplog.text


def test_secrets_in_a_reason_are_hidden(run_to_its_end):
    def check(run):
        with run.item("a"):
            raise ItemFailedError("refused", f"The server said Bearer {SECRET}")
        run.report("odd", f"password=hunter2 in {SECRET}")
        raise RunFailedError("stopped", f"token: {SECRET}")

    run = run_to_its_end(check)

    assert SECRET[:12] not in str(run.failures)
    assert "hunter2" not in str(run.failures)
    assert [code for code, _ in reasons(run)] == ["refused", "odd", "stopped"]


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (RunFailedError("no_access", "The tenant refuses."), RunStatus.FAILED, "no_access"),
        (RunAbortedError("asked to stop"), RunStatus.ABORTED, "aborted"),
        (ValueError("never shown"), RunStatus.FAILED, "unexpected_error"),
        (SystemExit(3), RunStatus.FAILED, "unexpected_error"),
    ],
    ids=["run failed", "aborted", "unexpected", "system exit"],
)
def test_an_operation_that_raises_ends_the_run_and_keeps_what_was_done(run_to_its_end, raised, status, code):
    def check(run):
        with run.item("a"):
            pass
        raise raised

    run = run_to_its_end(check, items=lambda _tenant, _params: ["a", "b"])

    assert run.status == status
    assert [found for found, _ in reasons(run)] == [code]
    assert (run.succeeded, run.total_items) == (1, 2)
    assert "never shown" not in str(run.failures)


def test_a_database_error_in_an_item_costs_the_item_only(run_to_its_end):
    def check(run):
        with run.item("a"):
            db.session.execute(select(BulkOperationRunItem.no_such_column))
        with run.item("b"):
            db.session.add(BulkOperationRunItem(run_id=4711, item_id="x", outcome="succeeded"))
            db.session.flush()
        with run.item("c"):
            pass

    run = run_to_its_end(check)

    assert (run.succeeded, run.failed) == (1, 2)


def test_work_left_uncommitted_by_a_failed_operation_is_undone(run_to_its_end, make_tenant):
    other = make_tenant()

    def check(run):
        run.tenant.name = "Renamed by half"
        other_name = db.session.get_one(type(run.tenant), other.id)
        other_name.name = "Renamed by half"
        db.session.flush()
        raise RunFailedError("stopped", "Stopped half way.")

    run = run_to_its_end(check)

    names = db.session.scalars(select(type(other).name)).all()
    assert run.status == RunStatus.FAILED
    assert "Renamed by half" not in names


def test_a_run_type_that_nobody_offers_ends_the_run_with_its_reason(app, make_run, worker, fresh, operator):
    run = make_run(run_type="removed.thing", plugin="removed", user=operator)

    execute_run(run.id)

    run = fresh(run)
    assert run.status == RunStatus.FAILED
    [(code, reason)] = reasons(run)
    assert code == "operation_unavailable"
    assert "removed.thing" in reason


def test_a_second_delivery_of_the_same_run_does_nothing(app, tenant, offer, fresh):
    calls = []
    offer(lambda run: calls.append(run.id))
    run = begin(tenant, new_run()).run

    execute_run(run.id)
    version = fresh(run).version
    execute_run(run.id)

    assert calls == [run.id]
    assert fresh(run).version == version


def test_a_ring_for_a_run_that_does_not_exist_is_ignored(app):
    execute_run(4711)


@pytest.mark.usefixtures("_flush_always")
def test_a_run_that_is_asked_to_stop_stops_before_the_next_item(run_to_its_end):
    def check(run):
        with run.item("a"):
            db.session.execute(update(BulkOperationRun).values(abort_requested_at=clock.now()))
            db.session.commit()
        with run.item("b"):
            raise AssertionError("must not be reached")

    run = run_to_its_end(check, items=lambda _tenant, _params: ["a", "b"])

    assert run.status == RunStatus.ABORTED
    assert (run.succeeded, run.processed_items) == (1, 1)
    assert [code for code, _ in reasons(run)] == ["aborted"]


@pytest.mark.usefixtures("_flush_always")
def test_a_worker_that_lost_its_lease_stops_and_writes_nothing(run_to_its_end, caplog):
    def check(run):
        with run.item("a"):
            db.session.execute(update(BulkOperationRun).values(lease_token="somebody else's"))
            db.session.commit()
        with run.item("b"):
            raise AssertionError("must not be reached")

    run = run_to_its_end(check)

    assert (run.status, run.lease_token, run.succeeded) == (RunStatus.RUNNING, "somebody else's", 0)
    assert "lease lost" in caplog.text


def test_a_lease_lost_in_the_last_moment_is_not_overwritten_by_the_finish(run_to_its_end):
    def check(run):
        db.session.execute(update(BulkOperationRun).values(lease_token="somebody else's"))
        db.session.commit()

    run = run_to_its_end(check)

    assert (run.status, run.lease_token) == (RunStatus.RUNNING, "somebody else's")


@pytest.mark.usefixtures("_flush_always")
def test_progress_can_be_seen_while_the_run_goes_on(run_to_its_end):
    seen = []

    def check(run):
        for item in run.items:
            with run.item(item):
                pass
            run.checkpoint()
            seen.append(db.session.scalar(select(BulkOperationRun.succeeded)))
            db.session.commit()

    run_to_its_end(check, items=lambda _tenant, _params: ["a", "b", "c"])

    assert seen == [1, 2, 3]


def test_parameters_are_checked_again_when_the_run_is_executed(app, tenant, offer, fresh):
    class Params(BaseModel):
        depth: int

    offer(lambda _run: None, params=Params)
    run = begin(tenant, new_run(params={"depth": "of an older release"})).run

    execute_run(run.id)

    run = fresh(run)
    assert run.status == RunStatus.FAILED
    [(code, reason)] = reasons(run)
    assert code == "invalid_parameters"
    assert "depth" in reason


def test_parameters_reach_the_operation_as_its_model(run_to_its_end):
    class Params(BaseModel):
        depth: int = 1

    seen = []

    run_to_its_end(lambda run: seen.append(run.params), {"depth": "3"}, params=Params)

    assert seen == [Params(depth=3)]


def test_related_links_are_asked_when_the_run_ends_and_stored(run_to_its_end, tenant):
    def links(facts):
        assert facts.tenant.slug == "fictional"
        return [RelatedLink("Probe report", f"/t/fictional/probe/{facts.summary['report']}")]

    run = run_to_its_end(lambda run: run.summarize(report=17), related_links=links)

    assert run.related_links == [{"label": "Probe report", "url": "/t/fictional/probe/17"}]


def test_links_that_cannot_be_resolved_cost_the_links_and_not_the_run(run_to_its_end, caplog):
    def links(facts):
        raise LookupError("password=hunter2")

    run = run_to_its_end(lambda _run: None, related_links=links)

    assert (run.status, run.related_links) == (RunStatus.COMPLETED, [])
    assert "related links of probe.check cannot be resolved" in caplog.text
    *_, noted, last = timeline_of(run)
    assert (noted.kind, last.kind) == ("links_failed", "completed")
    assert noted.text == "Links to what it made: Unexpected error (LookupError); the log has the details."


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example.com/", "//elsewhere.example.com", "/\\elsewhere", "x"]
)
def test_a_link_that_leaves_this_site_is_not_stored(run_to_its_end, url):
    run = run_to_its_end(lambda _run: None, related_links=lambda _facts: [RelatedLink("Away", url)])

    assert run.related_links == []
    assert not is_local(url)


def test_a_plugin_removed_while_its_run_waits_ends_the_run_with_its_reason(app, tenant, worker, fresh, offer):
    offer(lambda _run: None)
    run = start_operation(current_catalog(), tenant, "probe.check", {}).run
    app.extensions[EXTENSION].operations.clear()

    assert worker() == 1
    assert fresh(run).failure_totals == {"operation_unavailable": 1}


@on_both_databases
def test_links_that_break_the_transaction_do_not_change_how_the_run_ended(run_to_its_end):
    def stop(_run):
        raise RunAbortedError("asked")

    def ask_nowhere(_run):
        db.session.execute(text("SELECT * FROM nowhere"))

    run = run_to_its_end(stop, related_links=ask_nowhere)

    assert (run.status, run.failure_totals) == (RunStatus.ABORTED, {"aborted": 1})
