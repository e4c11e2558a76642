"""Runs whose operation says itself how long they are kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, Catalog, current_catalog
from app.core.registry.contract import OperationType, Plugin
from app.core.retention.pruning import PRUNED, old_runs, own_retentions
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases

DAY = 86_400
WEEK, CENTURY = timedelta(days=7), timedelta(days=36_500)
BY_TYPE = "ix_bulk_operation_runs_kept_by_type"


@pytest.fixture
def make_old(make_run):
    """Add a final run that ended some days ago; answers with its number."""

    def make(days, *, status=RunStatus.COMPLETED, **declared):
        run_id = make_run(status, **declared).id
        change = update(BulkOperationRun).where(BulkOperationRun.id == run_id)
        db.session.execute(change.values(finished_at=clock.now() - timedelta(days=days)))
        db.session.commit()
        return run_id

    return make


@pytest.fixture
def prune_now(tenant, worker, fresh):
    """Start retention and let a worker execute it; answers with its run."""

    def now():
        started = start_operation(current_catalog(), tenant, "run.prune", {})
        assert worker() >= 1, "others may follow"
        return fresh(started.run)

    return now


def kept():
    found = set(db.session.scalars(select(BulkOperationRun.id)))
    db.session.commit()
    return found


@on_both_databases
def test_such_runs_go_by_their_own_time_and_others_by_the_tenants_days(app, make_old, prune_now):
    short, long = (
        {"run_type": "probe.short", "retention": DAY},
        {"run_type": "probe.long", "retention": 400 * DAY},
    )
    gone = {
        make_old(2, **short),
        make_old(2, status=RunStatus.FAILED, **short),
        make_old(401, **long),
        make_old(31),
    }
    stay = {
        make_old(0.9, **short),
        make_old(399, **long),
        make_old(29),
        make_old(89, status=RunStatus.FAILED),
    }

    run = prune_now()

    assert kept() == {*stay, run.id}
    assert not gone & kept()
    assert run.summary == {
        "removed": {"completed": 3, "completed_with_errors": 0, "failed": 1, "aborted": 0},
        "of_these_kept_by_type": {"probe.short": 2, "probe.long": 1},
    }


@on_both_databases
def test_the_audit_log_says_which_went_by_their_own_time(app, make_old, prune_now):
    make_old(2, retention=DAY)
    make_old(31)

    prune_now()

    details = db.session.scalars(select(AuditLog.details).where(AuditLog.action == PRUNED)).all()
    assert details == [
        {"status": "completed", "runs": 1},
        {"status": "completed", "runs": 1, "kept_by_type": {"probe.check": 1}},
    ]


@on_both_databases
def test_a_run_is_stored_with_the_time_its_operation_declares(app, tenant, offer):
    offer(lambda _run: None, retention=WEEK)
    run = start_operation(current_catalog(), tenant, "probe.check", {}).run

    assert run.retention == 7 * DAY
    assert own_retentions(tenant) == [7 * DAY]


@on_both_databases
def test_it_holds_while_the_plugin_is_away(app, tenant, offer, worker, make_old, prune_now):
    offer(lambda _run: None, retention=timedelta(days=400))
    long = start_operation(current_catalog(), tenant, "probe.check", {}).run_id
    worker()
    change = update(BulkOperationRun).where(BulkOperationRun.id == long)
    db.session.execute(change.values(finished_at=clock.now() - timedelta(days=399)))
    db.session.commit()
    app.extensions[EXTENSION].drop(PluginError("probe", "import", "gone"))

    prune_now()

    assert long in kept()


@on_both_databases
def test_another_tenants_runs_stay(app, make_old, make_tenant, prune_now):
    theirs = make_old(2, retention=DAY, tenant=make_tenant())

    prune_now()

    assert theirs in kept()


@on_both_databases
def test_a_pending_run_stays(app, make_run, prune_now):
    waiting = make_run(retention=1).id

    prune_now()

    assert waiting in kept()


def test_the_page_of_a_run_says_how_long_it_is_kept(sign_in, operator, make_run):
    browser, hub = sign_in(operator), "/t/fictional/monitoring/operations"
    week, hour, usual = make_run(retention=7 * DAY), make_run(retention=3600), make_run()

    assert "7 days after its end" in browser.get(f"{hub}/{week.id}").text
    assert "60 minutes after its end" in browser.get(f"{hub}/{hour.id}").text
    assert "after its end" not in browser.get(f"{hub}/{usual.id}").text


@pytest.mark.parametrize("retention", [timedelta(), timedelta(days=-1), CENTURY])
def test_a_time_that_means_nothing_is_refused(retention):
    operation = OperationType(run_type="probe.check", label="Probe", execute=print, retention=retention)

    with pytest.raises(PluginError, match="retention must be between one second and fifty years"):
        Catalog().add(Plugin(name="probe", version="1", operations=(operation,)))


@on_both_databases
def test_they_are_found_by_their_index_alone(tenant, make_run):
    make_run(RunStatus.COMPLETED, retention=DAY)
    with asking() as asked:
        old_runs(tenant, RunStatus.COMPLETED, clock.now(), DAY)
        own_retentions(tenant)

    of_runs = [one for one in asked if "FROM bulk_operation_runs" in one.statement]
    assert len(of_runs) == 2
    for one in of_runs:
        assert any(BY_TYPE in step for step in plan_of(one)), plan_of(one)
