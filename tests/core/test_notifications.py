from sqlalchemy import select

from app.core.db import db
from app.core.notifications import (
    Notification,
    NotificationKind,
    mark_read,
    notify,
    recent_notifications,
    unread_count,
)
from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.users import Notices, choose_notices
from tests.support.databases import on_both_databases
from tests.support.records import lease_of


@on_both_databases
def test_notifications_are_counted_per_user_and_tenant(app, make_tenant, make_user, make_run):
    here, there = make_tenant(), make_tenant()
    ada, grace = make_user(tenant=here), make_user(tenant=here)
    make_run(tenant=here, user=ada)
    make_run(RunStatus.COMPLETED, tenant=here, user=ada)
    make_run(tenant=there, user=ada)

    assert unread_count(here.id, ada.id) == 3
    assert unread_count(there.id, ada.id) == 1
    assert unread_count(here.id, grace.id) == 0


@on_both_databases
def test_reading_one_run_leaves_the_others_unread(app, tenant, operator, make_run):
    one, other = make_run(user=operator), make_run(user=operator)

    assert mark_read(tenant.id, operator.id, one.id) == 1
    assert mark_read(tenant.id, operator.id, one.id) == 0, "read is read"

    assert unread_count(tenant.id, operator.id) == 1
    assert [row.is_read for row in recent_notifications(tenant.id, operator.id)] == [False, True]
    assert other.id == recent_notifications(tenant.id, operator.id)[0].run_id


def test_nobody_reads_for_somebody_else(app, make_tenant, tenant, operator, make_user, make_run):
    run = make_run(user=operator)
    stranger, elsewhere = make_user(tenant=tenant), make_tenant()

    assert mark_read(tenant.id, stranger.id, run.id) == 0
    assert mark_read(elsewhere.id, operator.id, run.id) == 0
    assert unread_count(tenant.id, operator.id) == 1


def test_the_first_failure_is_the_summary_and_carries_no_secret(app, operator, make_run):
    make_run(RunStatus.FAILED, user=operator, reports=[("refused", "client_secret=hunter2 was refused")])

    told = db.session.scalars(select(Notification).where(Notification.kind == "finished")).one()
    assert told.status_bucket == "failed"
    assert "was refused" in told.error_summary
    assert "hunter2" not in told.error_summary


def kinds_told(user):
    query = select(Notification.kind, Notification.status_bucket).where(Notification.user_id == user.id)
    told = [tuple(row) for row in db.session.execute(query.order_by(Notification.id))]
    db.session.commit()
    return told


@on_both_databases
def test_who_wants_problems_is_told_of_ends_in_which_not_everything_worked(app, operator, make_run):
    choose_notices(operator, Notices.PROBLEMS)

    make_run(user=operator, run_type="probe.waits")
    make_run(RunStatus.COMPLETED, succeeded=1, user=operator)
    make_run(RunStatus.COMPLETED_WITH_ERRORS, user=operator)
    make_run(RunStatus.FAILED, user=operator)

    assert kinds_told(operator) == [("finished", "partially_succeeded"), ("finished", "failed")]


@on_both_databases
def test_who_wants_nothing_is_told_nothing_in_any_tenant_and_others_are(
    app, tenant, make_tenant, operator, make_user, make_run
):
    other, elsewhere = make_user(tenant=tenant), make_tenant()
    choose_notices(operator, Notices.NEVER)

    make_run(RunStatus.FAILED, user=operator)
    make_run(RunStatus.FAILED, user=operator, tenant=elsewhere)
    make_run(RunStatus.COMPLETED, user=other)

    assert kinds_told(operator) == []
    assert kinds_told(other) == [("queued", "queued"), ("finished", "succeeded")]


@on_both_databases
def test_a_choice_holds_for_runs_that_are_already_under_way_and_nothing_is_told_twice(
    app, tenant, operator, make_run
):
    run = make_run(RunStatus.RUNNING, user=operator, succeeded=1)
    choose_notices(operator, Notices.NEVER)
    lifecycle.finish(lease_of(run), RunStatus.FAILED, Tally())
    assert kinds_told(operator) == [("queued", "queued")]

    choose_notices(operator, Notices.ALWAYS)
    for _ in range(2):
        notify(
            tenant.id,
            operator.id,
            run.id,
            NotificationKind.FINISHED,
            run_type="probe.check",
            title="Probe",
            status_bucket="failed",
            counts=run.counts,
        )
        db.session.commit()

    assert kinds_told(operator) == [("queued", "queued"), ("finished", "failed")]
