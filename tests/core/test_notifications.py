from sqlalchemy import select

from app.core.db import db
from app.core.notifications import Notification, mark_read, recent_notifications, unread_count
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases


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
