"""Runs that nobody works on are found: lost workers, overdue runs, unheard rings."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core import clock, queue
from app.core.db import db
from app.core.runs import lifecycle, rescue
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.heartbeat import beat, kept_alive
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.progress import Progress
from app.core.runs.queries import SWEPT
from app.core.runs.rescue import sweep
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.databases import on_both_databases
from tests.support.records import lease_of, tally

PAST = timedelta(seconds=1)


def change(run, **values):
    db.session.execute(update(BulkOperationRun).where(BulkOperationRun.id == run.id).values(**values))
    db.session.commit()


def end_lease(run):
    change(run, lease_expires_at=clock.now() - PAST)


def let_ring_be_due(run):
    change(run, ring_at=clock.now() - PAST)


def items_of(run):
    rows = db.session.scalars(select(BulkOperationRunItem).where(BulkOperationRunItem.run_id == run.id))
    return {row.item_id: row.outcome for row in rows}


def kinds_of(run):
    query = select(BulkOperationRunEvent.kind).where(BulkOperationRunEvent.run_id == run.id)
    return list(db.session.scalars(query.order_by(BulkOperationRunEvent.id)))


def begin(run, item_id):
    lifecycle.begin_item(lease_of(run), Tally(in_flight=[item_id]))


@on_both_databases
def test_a_run_that_cannot_be_resumed_is_failed_as_worker_lost(app, make_run, fresh, operator):
    run = make_run(RunStatus.RUNNING, items=["a", "b"], succeeded=1, user=operator)
    end_lease(run)

    sweep()

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"worker_lost": 1})
    assert run.succeeded == 1
    assert kinds_of(run) == [EventKind.QUEUED, EventKind.CLAIMED, EventKind.WORKER_LOST, EventKind.FAILED]


@on_both_databases
def test_a_resumable_run_waits_again_and_is_rung_for_at_once(app, make_run, fresh, worker, offer):
    done = []

    def check(run):
        for item in run.items:
            with run.item(item):
                done.append(item)

    offer(check, resumable=True, idempotent_items=True)
    run = make_run(
        RunStatus.RUNNING,
        items=["a", "b", "c"],
        succeeded=1,
        resumable=True,
        idempotent_items=True,
        max_attempts=3,
    )
    begin(run, "b")
    end_lease(run)

    sweep()
    assert fresh(run).status == RunStatus.PENDING
    assert worker() == 1

    run = fresh(run)
    assert (run.status, run.attempt, run.lost_attempts) == (RunStatus.COMPLETED, 2, 1)
    assert done == ["b", "c"]
    assert (run.succeeded, run.total_items) == (3, 3)


@on_both_databases
def test_an_item_in_flight_that_may_not_be_repeated_is_unknown_and_shown_so(
    app, make_run, fresh, worker, offer
):
    done = []

    def check(run):
        for item in run.items:
            with run.item(item):
                done.append(item)

    offer(check, resumable=True)
    run = make_run(RunStatus.RUNNING, items=["a", "b", "c"], resumable=True, max_attempts=3)
    begin(run, "a")
    end_lease(run)

    sweep()
    worker()

    run = fresh(run)
    assert done == ["b", "c"]
    assert items_of(run) == {"a": Outcome.UNKNOWN, "b": Outcome.SUCCEEDED, "c": Outcome.SUCCEEDED}
    assert (run.status, run.unknown, run.succeeded) == (RunStatus.COMPLETED_WITH_ERRORS, 1, 2)
    assert run.failure_totals == {"outcome_unknown": 1}
    assert run.failures[0]["item_id"] == "a"


@on_both_databases
def test_what_the_ledger_knew_and_the_row_did_not_is_counted_after_a_crash(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=["a", "b"], resumable=True, max_attempts=3)
    lifecycle.begin_item(lease_of(run), _succeeded("a", in_flight="b"))
    assert fresh(run).succeeded == 0, "the row follows at the next flush, which never came"
    end_lease(run)

    sweep()

    assert (fresh(run).succeeded, fresh(run).unknown) == (1, 1)


def _succeeded(item_id, *, in_flight):
    told = tally(succeeded=[item_id])
    told.in_flight = [in_flight]
    return told


@on_both_databases
def test_a_run_that_no_worker_survives_is_failed_in_the_end(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, resumable=True, max_attempts=2)
    end_lease(run)
    sweep()
    assert lifecycle.claim(run.id, "worker-2", 60) is not None
    end_lease(run)

    sweep()

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"crashed_repeatedly": 1})
    assert run.lost_attempts == 2


def test_a_lost_run_that_was_asked_to_stop_is_aborted_and_not_resumed(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, resumable=True, max_attempts=3)
    change(run, abort_requested_at=clock.now(), lease_expires_at=clock.now() - PAST)

    sweep()

    assert fresh(run).status == RunStatus.ABORTED


@on_both_databases
@pytest.mark.parametrize("missing", ["lease_expires_at", "lease_token"])
def test_a_running_run_without_lease_or_token_is_found_too(app, make_run, fresh, missing):
    run = make_run(RunStatus.RUNNING)
    end_lease(run)
    change(run, **{missing: None})

    sweep()

    assert fresh(run).status == RunStatus.FAILED


def test_one_run_that_cannot_be_written_does_not_hold_up_the_others(
    app, make_run, fresh, monkeypatch, caplog
):
    bad, good = make_run(RunStatus.RUNNING), make_run(RunStatus.RUNNING)
    end_lease(bad)
    end_lease(good)
    really = lifecycle.rescue

    def fail_for_one(run_id, token):
        if run_id == bad.id:
            raise RuntimeError("this row cannot be written")
        return really(run_id, token)

    monkeypatch.setattr(rescue.lifecycle, "rescue", fail_for_one)

    sweep()

    assert fresh(good).status == RunStatus.FAILED
    assert f"run {bad.id} cannot be rescued" in caplog.text


@pytest.mark.slow
def test_more_lost_runs_than_a_page_are_all_found(app, make_run, tenant):
    template = make_run(RunStatus.RUNNING)
    values = {c.name: getattr(template, c.name) for c in BulkOperationRun.__table__.columns if c.name != "id"}
    values |= {"lease_expires_at": clock.now() - PAST, "audit_log_id": None}
    db.session.execute(
        BulkOperationRun.__table__.insert(), [values | {"lease_token": f"t{n}"} for n in range(SWEPT + 3)]
    )
    db.session.commit()

    sweep()

    left = select(BulkOperationRun.id).where(BulkOperationRun.status == RunStatus.RUNNING)
    assert list(db.session.scalars(left)) == [template.id]


@on_both_databases
def test_a_run_that_takes_too_long_is_ended_and_its_worker_fenced_out(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, resumable=True, max_attempts=3)
    lease = lease_of(run)
    change(run, deadline_at=clock.now() - PAST)

    sweep()

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"max_runtime_exceeded": 1})
    assert lifecycle.renew(lease) is False


def test_a_run_whose_lease_is_renewed_is_left_alone(app, make_run, fresh, monkeypatch):
    run = make_run(RunStatus.RUNNING)
    end_lease(run)
    progress = Progress(lease_of(run), announces_items=False)
    monkeypatch.setattr(progress, "_confirmed_at", clock.ticks() - 20)

    with kept_alive(progress):
        beat()
    sweep()

    assert fresh(run).status == RunStatus.RUNNING


def test_a_lease_that_is_let_go_is_not_renewed(app, make_run, fresh, monkeypatch):
    run = make_run(RunStatus.RUNNING)
    before = run.lease_expires_at
    progress = Progress(lease_of(run), announces_items=False)
    monkeypatch.setattr(progress, "_confirmed_at", clock.ticks() - 20)

    with kept_alive(progress):
        pass
    beat()

    assert fresh(run).lease_expires_at == before


@on_both_databases
def test_a_ring_that_nobody_heard_is_rung_again(app, make_run, worker, fresh, offer):
    offer(lambda _run: None)
    run = make_run()
    let_ring_be_due(run)
    assert worker() == 0, "the first ring was lost"

    sweep()

    assert worker() == 1
    assert fresh(run).status == RunStatus.COMPLETED


def test_a_ring_is_not_repeated_before_there_was_time_to_hear_it(app, make_run, worker):
    make_run()

    sweep()
    assert worker() == 0


def test_repeated_rings_come_ever_more_rarely(app, make_run, fresh):
    run, pauses = make_run(), []
    for _ in range(8):
        let_ring_be_due(run)
        assert lifecycle.postpone_ring(run.id)
        pauses.append(round((fresh(run).ring_at - clock.now()).total_seconds(), -1))

    assert pauses == [20, 40, 80, 160, 320, 640, 1280, 1280]


def test_two_sweeps_ring_once(app, make_run, worker, offer):
    offer(lambda _run: None)
    let_ring_be_due(make_run())

    sweep()
    sweep()

    assert worker() == 1


def test_no_ring_is_repeated_while_the_queue_holds_as_many_as_wait(app, make_run, worker, fresh):
    run = make_run()
    queue.ring(run.id)
    let_ring_be_due(run)

    sweep()

    assert fresh(run).rings == 0
    assert queue.length() == 1


@pytest.mark.parametrize("status", [status for status in RunStatus if status.is_final])
def test_a_final_run_is_never_touched(app, make_run, fresh, worker, status):
    run = make_run(status)
    long_ago = clock.now() - timedelta(days=30)
    change(run, ring_at=long_ago, lease_expires_at=long_ago, deadline_at=long_ago)

    sweep()

    assert fresh(run).version == run.version
    assert worker() == 0
