"""Claim, progress, finish: each write names the state it expects."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app.core import clock
from app.core.db import db
from app.core.errors import LeaseLostError
from app.core.notifications import Notification, NotificationKind
from app.core.runs import announcement, lifecycle
from app.core.runs.account import FAILURES_KEPT
from app.core.runs.announcement import announce
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.lease import Lease
from app.core.runs.lifecycle import Rescued
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.databases import on_both_databases
from tests.support.records import begin, lease_of, new_run, tally


def ledger_of(run):
    query = select(BulkOperationRunItem).where(BulkOperationRunItem.run_id == run.id)
    return {row.item_id: row.outcome for row in db.session.scalars(query)}


def end_lease(run):
    past = clock.now() - timedelta(seconds=1)
    db.session.execute(
        update(BulkOperationRun).where(BulkOperationRun.id == run.id).values(lease_expires_at=past)
    )
    db.session.commit()


@on_both_databases
def test_only_the_first_claim_gets_the_lease(app, make_run, fresh):
    run = make_run()

    first = lifecycle.claim(run.id, "worker-1", 60)
    second = lifecycle.claim(run.id, "worker-2", 60)

    claimed = fresh(run)
    assert first is not None
    assert second is None
    assert (claimed.status, claimed.worker, claimed.attempt) == (RunStatus.RUNNING, "worker-1", 1)
    assert claimed.lease_token == first.token


@pytest.mark.parametrize("status", [status for status in RunStatus if status is not RunStatus.PENDING])
def test_what_is_not_pending_cannot_be_claimed(app, make_run, fresh, status):
    run = make_run(status)

    assert lifecycle.claim(run.id, "worker-2", 60) is None
    assert fresh(run).status == status


def test_a_run_that_does_not_exist_cannot_be_claimed(app):
    assert lifecycle.claim(4711, "worker-1", 60) is None


@on_both_databases
def test_progress_adds_up_and_keeps_a_ledger(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=["a", "b", "c", "d"])

    lifecycle.record_progress(lease_of(run), tally(succeeded=["a"], failed=["b"]))
    lifecycle.record_progress(lease_of(run), tally(succeeded=["c"], skipped=["d"]))

    run = fresh(run)
    assert (run.processed_items, run.succeeded, run.failed, run.skipped) == (4, 2, 1, 1)
    assert ledger_of(run) == {"a": "succeeded", "b": "failed", "c": "succeeded", "d": "skipped"}
    assert [(entry["item_id"], entry["reason_code"]) for entry in run.failures] == [("b", "not_found")]


@on_both_databases
@pytest.mark.parametrize(
    "write", [lifecycle.record_progress, lambda *a: lifecycle.finish(a[0], "completed", a[1])]
)
def test_whoever_lost_the_lease_writes_nothing(app, make_run, fresh, write):
    run = make_run(RunStatus.RUNNING, items=["a"])
    before = run.version

    with pytest.raises(LeaseLostError, match=f"run {run.id}"):
        write(Lease(run.id, "a token of the past", 60), tally(succeeded=["a"], reports=[("lost", "Lost.")]))

    run = fresh(run)
    assert (run.status, run.version, run.processed_items, run.failures) == (
        RunStatus.RUNNING,
        before,
        0,
        None,
    )
    assert ledger_of(run) == {"a": "pending"}


def test_a_final_run_takes_no_more_progress(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=["a"])
    lease = lease_of(run)
    lifecycle.finish(lease, RunStatus.FAILED, Tally())

    with pytest.raises(LeaseLostError):
        lifecycle.record_progress(lease, tally(succeeded=["a"]))

    assert fresh(run).succeeded == 0
    assert ledger_of(run) == {"a": "pending"}


def test_progress_renews_the_lease_and_tells_who_was_asked_to_stop(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING)
    end_lease(run)

    asked = lifecycle.record_progress(lease_of(run), Tally())

    assert asked is False
    assert fresh(run).lease_expires_at > clock.now() + timedelta(seconds=50)

    db.session.execute(update(BulkOperationRun).values(abort_requested_at=clock.now()))
    db.session.commit()
    assert lifecycle.record_progress(lease_of(run), Tally()) is True


def test_items_found_while_running_raise_the_total(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=["a"])

    lifecycle.record_progress(lease_of(run), Tally(expected=dict.fromkeys(["a", "b", "c"])))

    assert (fresh(run).total_items, fresh(run).item_ids) == (3, ["a", "b", "c"])


@on_both_databases
def test_a_run_finishes_once(app, make_run, fresh, operator):
    run = make_run(RunStatus.RUNNING, items=["a"], user=operator)
    lease = lease_of(run)
    link = {"label": "Probe report", "url": "/t/fictional/probe"}

    lifecycle.finish(
        lease, RunStatus.COMPLETED, tally(succeeded=["a"]), summary={"seen": 1}, related_links=[link]
    )
    with pytest.raises(LeaseLostError):
        lifecycle.finish(lease, RunStatus.FAILED, Tally())

    run = fresh(run)
    assert run.status == RunStatus.COMPLETED
    assert (run.summary, run.related_links) == ({"seen": 1}, [link])
    assert (run.lease_token, run.lease_expires_at) == (None, None)
    assert run.finished_at >= run.started_at


@pytest.mark.parametrize(
    ("counted", "status"),
    [
        (tally(succeeded=["a", "b"]), RunStatus.COMPLETED),
        (tally(succeeded=["a"], skipped=["b"]), RunStatus.COMPLETED),
        (tally(succeeded=["a"], failed=["b"]), RunStatus.COMPLETED_WITH_ERRORS),
        (tally(succeeded=["a", "b"], reports=[("odd", "A file was odd.")]), RunStatus.COMPLETED_WITH_ERRORS),
        (tally(succeeded=["a"]), RunStatus.COMPLETED_WITH_ERRORS),
    ],
    ids=["all", "one skipped", "one failed", "one report", "one left"],
)
def test_completed_means_nothing_failed_and_nothing_left(app, make_run, fresh, counted, status):
    run = make_run(RunStatus.RUNNING, items=["a", "b"])

    lifecycle.finish(lease_of(run), RunStatus.COMPLETED, counted)

    assert fresh(run).status == status


@on_both_databases
def test_the_sample_of_failures_is_bounded_and_the_totals_are_not(app, make_run, fresh):
    items = [f"item-{number}" for number in range(130)]
    run = make_run(RunStatus.RUNNING, items=items)

    lifecycle.record_progress(lease_of(run), tally(failed=items[:70]))
    lifecycle.finish(lease_of(run), RunStatus.COMPLETED, tally(failed=items[70:], reports=[("odd", "Odd.")]))

    run = fresh(run)
    assert len(run.failures) == FAILURES_KEPT == 50
    assert run.failure_totals == {"not_found": 130, "odd": 1}
    assert run.failed == 130


@on_both_databases
def test_a_user_is_told_once_when_queued_and_once_when_finished(app, make_run, operator):
    run = make_run(RunStatus.COMPLETED, succeeded=2, failed=1, user=operator)

    announce(run, NotificationKind.FINISHED)
    db.session.commit()

    told = db.session.scalars(select(Notification).order_by(Notification.id)).all()
    assert [(row.kind, row.status_bucket) for row in told] == [
        ("queued", "queued"),
        ("finished", "partially_succeeded"),
    ]
    assert told[1].counts["failed"] == 1
    assert told[1].error_summary == "It is not there."


@on_both_databases
def test_a_notification_that_cannot_be_written_does_not_harm_the_run(
    app, tenant, operator, fresh, monkeypatch, caplog
):
    def full(*args, **kwargs):
        db.session.execute(text("INSERT INTO no_such_table VALUES (1)"))

    monkeypatch.setattr(announcement, "notify", full)

    run = begin(tenant, new_run(), operator).run
    lifecycle.finish(lifecycle.claim(run.id, "worker-1", 60), RunStatus.COMPLETED, Tally())

    assert fresh(run).status == RunStatus.COMPLETED
    assert f"run {run.id}: nobody could be told" in caplog.text


def test_a_run_of_the_system_tells_nobody(app, make_run):
    make_run(RunStatus.COMPLETED, succeeded=1)

    assert db.session.scalar(select(func.count()).select_from(Notification)) == 0


def test_every_write_raises_the_version(app, tenant, fresh):
    run = begin(tenant, new_run(item_ids=["a"])).run
    versions = [run.version]

    lease = lifecycle.claim(run.id, "worker-1", 60)
    versions.append(fresh(run).version)
    lifecycle.record_progress(lease, tally(succeeded=["a"]))
    versions.append(fresh(run).version)
    lifecycle.finish(lease, RunStatus.COMPLETED, Tally())
    versions.append(fresh(run).version)

    assert versions == sorted(set(versions)), "strictly rising"


def test_a_heartbeat_prolongs_the_lease_and_changes_nothing_to_be_seen(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING)
    end_lease(run)

    assert lifecycle.renew(lease_of(run)) is True

    renewed = fresh(run)
    assert renewed.lease_expires_at > clock.now()
    assert renewed.version == run.version


def test_a_lost_lease_cannot_be_renewed(app, make_run):
    run = make_run(RunStatus.RUNNING)

    assert lifecycle.renew(Lease(run.id, "a token of the past", 60)) is False


@on_both_databases
def test_a_pending_run_that_cannot_run_is_failed_and_told(app, make_run, fresh, operator):
    run = make_run(user=operator)

    assert lifecycle.fail_unclaimed(run.id, "operation_unavailable", "No plugin offers it.") is True

    run = fresh(run)
    assert run.status == RunStatus.FAILED
    assert run.failures == [{"reason_code": "operation_unavailable", "reason": "No plugin offers it."}]
    assert run.failure_totals == {"operation_unavailable": 1}
    kinds = db.session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert kinds == ["queued", "finished"]


@pytest.mark.parametrize("status", [status for status in RunStatus if status is not RunStatus.PENDING])
def test_only_a_pending_run_can_fail_unclaimed(app, make_run, fresh, status):
    run = make_run(status)

    assert lifecycle.fail_unclaimed(run.id, "operation_unavailable", "No plugin offers it.") is False
    assert fresh(run).status == status


@on_both_databases
def test_a_run_whose_lease_is_over_is_failed_as_worker_lost(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, items=["a", "b"], succeeded=1)
    end_lease(run)

    assert lifecycle.rescue(run.id, run.lease_token) is Rescued.ENDED

    run = fresh(run)
    assert (run.status, run.succeeded) == (RunStatus.FAILED, 1)
    assert run.failures[-1]["reason_code"] == "worker_lost"


def test_a_run_is_not_lost_while_its_lease_lasts_or_under_another_token(app, make_run, fresh):
    held, reclaimed = make_run(RunStatus.RUNNING), make_run(RunStatus.RUNNING)
    end_lease(reclaimed)

    assert lifecycle.rescue(held.id, held.lease_token) is Rescued.NOT_LOST
    assert lifecycle.rescue(reclaimed.id, "a token of the past") is Rescued.NOT_LOST
    assert {fresh(held).status, fresh(reclaimed).status} == {RunStatus.RUNNING}


def test_a_lost_runs_failure_is_kept_even_when_the_sample_is_full(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING, failed=60)
    end_lease(run)

    lifecycle.rescue(run.id, run.lease_token)

    run = fresh(run)
    assert len(run.failures) == FAILURES_KEPT
    assert run.failures[-1]["reason_code"] == "worker_lost"
    assert run.failure_totals == {"not_found": 60, "worker_lost": 1}
