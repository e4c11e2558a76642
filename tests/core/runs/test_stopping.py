"""Asking a run to stop: at once while it waits, at the next checkpoint while it runs, by force in the end."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.core import clock
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import LeaseLostError
from app.core.notifications import Notification
from app.core.runs import lifecycle
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.lifecycle import AbortAnswer
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.databases import on_both_databases
from tests.support.records import lease_of, tally

ADMIN = Initiator()


def asked_long_ago(run, minutes):
    moment = clock.now() - timedelta(minutes=minutes)
    db.session.execute(
        update(BulkOperationRun).where(BulkOperationRun.id == run.id).values(abort_requested_at=moment)
    )
    db.session.commit()


def kinds_of(run):
    query = select(BulkOperationRunEvent.kind).where(BulkOperationRunEvent.run_id == run.id)
    return list(db.session.scalars(query.order_by(BulkOperationRunEvent.id)))


def audited():
    return list(db.session.scalars(select(AuditLog.action).order_by(AuditLog.id)))


@on_both_databases
def test_a_pending_run_is_aborted_at_once_and_its_initiator_told(app, make_run, fresh, operator):
    run = make_run(items=["a"], user=operator)

    assert lifecycle.abort(run.id, Initiator.of(operator)) is AbortAnswer.ABORTED

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.ABORTED, {"aborted": 1})
    assert operator.email in run.failures[0]["reason"]
    assert audited() == ["run.started", "run.abort_requested"]
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 2
    assert lifecycle.claim(run.id, "worker-1", 60) is None


@on_both_databases
def test_a_running_run_is_asked_and_learns_of_it_with_its_next_write(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=["a", "b"])

    assert lifecycle.abort(run.id, ADMIN) is AbortAnswer.REQUESTED

    assert fresh(run).status == RunStatus.RUNNING
    assert lifecycle.record_progress(lease_of(run), tally(succeeded=["a"])) is True
    assert kinds_of(run)[-1] == EventKind.ABORT_REQUESTED


def test_the_first_request_counts_for_the_five_minutes(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING)
    asked_long_ago(run, 4)
    before = fresh(run).abort_requested_at

    lifecycle.abort(run.id, ADMIN)

    assert fresh(run).abort_requested_at == before


@pytest.mark.parametrize("stop", [lifecycle.abort, lifecycle.force_abort])
@pytest.mark.parametrize("status", [status for status in RunStatus if status.is_final])
def test_what_has_ended_stays_as_it_is(app, make_run, fresh, stop, status):
    run = make_run(status)

    assert stop(run.id, ADMIN) is AbortAnswer.FINAL
    assert fresh(run).version == run.version


@pytest.mark.parametrize("stop", [lifecycle.abort, lifecycle.force_abort])
def test_what_does_not_exist_is_missing(app, stop):
    assert stop(4711, ADMIN) is AbortAnswer.MISSING


def test_force_needs_a_request_that_was_not_seen_for_five_minutes(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING)
    assert lifecycle.force_abort(run.id, ADMIN) is AbortAnswer.TOO_EARLY
    lifecycle.abort(run.id, ADMIN)
    assert lifecycle.force_abort(run.id, ADMIN) is AbortAnswer.TOO_EARLY
    asked_long_ago(run, 4.9)
    assert lifecycle.force_abort(run.id, ADMIN) is AbortAnswer.TOO_EARLY

    assert fresh(run).status == RunStatus.RUNNING


@on_both_databases
def test_a_forced_run_is_aborted_and_its_worker_fenced_out(app, make_run, fresh, operator):
    run = make_run(RunStatus.RUNNING, items=["a", "b", "c"], user=operator)
    lease = lease_of(run)
    lifecycle.begin_item(lease, Tally(in_flight=["a"]))
    asked_long_ago(run, 6)

    assert lifecycle.force_abort(run.id, ADMIN) is AbortAnswer.ABORTED

    for write in (
        lambda: lifecycle.record_progress(lease, tally(succeeded=["a"])),
        lambda: lifecycle.begin_item(lease, Tally(in_flight=["b"])),
        lambda: lifecycle.finish(lease, RunStatus.COMPLETED, tally(succeeded=["a"])),
        lambda: lifecycle.give_back(lease, Tally(), "Its worker was stopped."),
    ):
        with pytest.raises(LeaseLostError):
            write()
    assert lifecycle.renew(lease) is False
    run = fresh(run)
    assert (run.status, run.unknown, run.succeeded) == (RunStatus.ABORTED, 1, 0)
    outcomes = select(BulkOperationRunItem.outcome).order_by(BulkOperationRunItem.id)
    assert list(db.session.scalars(outcomes)) == [Outcome.UNKNOWN, Outcome.PENDING, Outcome.PENDING]
    assert kinds_of(run).count(EventKind.ABORTED) == 1
    assert audited()[-1] == "run.abort_forced"
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 2
