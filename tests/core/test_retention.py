"""Old runs go, in bounded steps; nothing else does."""

from datetime import timedelta

import pytest
from sqlalchemy import UniqueConstraint, event, select, text, update

from app.core import clock
from app.core.audit import AuditLog
from app.core.cli.worker import CHORES
from app.core.db import db, metadata, table_of
from app.core.errors import InvalidParametersError, LeaseLostError, PermissionDeniedError, RunInterruptedError
from app.core.notifications import Notification
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.registry.contract import Plugin
from app.core.retention import pruning
from app.core.retention.kept import kept_runs
from app.core.retention.nightly import NAME, ensure_nightly_retention
from app.core.retention.operation import FINAL, PruneParams, operation, prune
from app.core.retention.pruning import old_runs
from app.core.runs import lifecycle
from app.core.runs.context import ExecutingRun
from app.core.runs.events import BulkOperationRunEvent
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.lease import Lease
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.schedules.planning import pause_schedule
from app.core.schedules.queries import list_schedules
from app.core.schedules.tick import start_due
from app.core.users import Role
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases

MANY = 100_000  # items of a large run
FINISHED = "ix_bulk_operation_runs_finished"


@pytest.fixture
def make_old(make_run):
    """Add a final run that ended some days ago: `make_old(RunStatus.FAILED, days=91)` is its number."""

    def make(status=RunStatus.COMPLETED, *, days, **declared):
        run_id = make_run(status, **declared).id
        end_at(run_id, clock.now() - timedelta(days=days))
        return run_id

    return make


@pytest.fixture
def prune_now(tenant, worker, fresh):
    """Start retention as an administrator and let a worker execute it; answers with its run."""

    def now(params=None, where=tenant):
        started = start_operation(current_catalog(), where, "run.prune", params or {})
        assert worker() >= 1, "others may follow"
        return fresh(started.run)

    return now


def end_at(run_id, moment):
    change = update(BulkOperationRun).where(BulkOperationRun.id == run_id)
    db.session.execute(change.values(finished_at=moment))
    db.session.commit()


def ids(model=BulkOperationRun, column="id"):
    found = set(db.session.scalars(select(getattr(model, column))))
    db.session.commit()
    return found


def executing(tenant, *, is_stopping=lambda: False, token=None):
    """A retention run that this test executes itself."""
    run = start_operation(current_catalog(), tenant, "run.prune", {}).run
    lease = lifecycle.claim(run.id, "worker-1", 60)
    held = Lease(run.id, token or lease.token, 60, lease.attempt, "worker-1")
    context = ExecutingRun(held, tenant, PruneParams(), announces_items=False, is_stopping=is_stopping)
    return context, lease


@on_both_databases
def test_a_run_goes_when_its_status_was_kept_long_enough(app, make_old, prune_now, operator):
    gone = [
        make_old(RunStatus.COMPLETED, days=31, succeeded=2, user=operator),
        make_old(RunStatus.COMPLETED_WITH_ERRORS, days=91, user=operator),
        make_old(RunStatus.FAILED, days=91),
        make_old(RunStatus.ABORTED, days=400),
    ]
    kept = [
        make_old(RunStatus.COMPLETED, days=29),
        make_old(RunStatus.COMPLETED_WITH_ERRORS, days=89, user=operator),
        make_old(RunStatus.FAILED, days=89),
        make_old(RunStatus.ABORTED, days=89),
    ]

    run = prune_now()

    assert run.status == RunStatus.COMPLETED
    assert run.summary == {"removed": {status.value: 1 for status in FINAL}}
    assert ids() == {run.id, *kept}
    assert ids(BulkOperationRunEvent, "run_id") == ids()
    assert ids(Notification, "run_id") == {kept[1]}
    assert not set(gone) & ids(BulkOperationRunItem, "run_id")


@on_both_databases
def test_days_are_chosen_per_status(app, make_old, prune_now):
    young = make_old(RunStatus.COMPLETED, days=2)
    failed = make_old(RunStatus.FAILED, days=2)

    prune_now({"completed": 1})

    assert ids() & {young, failed} == {failed}


@on_both_databases
def test_a_run_that_ended_exactly_at_the_edge_is_kept(tenant, make_run):
    edge = clock.now() - timedelta(days=30)
    exact, earlier, later = (make_run(RunStatus.COMPLETED).id for _ in range(3))
    end_at(exact, edge)
    end_at(earlier, edge - timedelta(microseconds=1))
    end_at(later, edge + timedelta(microseconds=1))

    assert old_runs(tenant, RunStatus.COMPLETED, edge) == [earlier]


@on_both_databases
def test_an_active_run_stays_however_old_it_is(app, make_run, prune_now):
    long_ago = clock.now() - timedelta(days=4000)
    active = {make_run(status, created_at=long_ago).id for status in (RunStatus.PENDING, RunStatus.RUNNING)}
    for run_id in active:
        end_at(run_id, long_ago)  # not even one that says it has ended

    prune_now()

    assert ids() >= active


@on_both_databases
def test_another_tenants_runs_stay(app, make_old, make_tenant, prune_now):
    theirs = make_old(days=4000, tenant=make_tenant())
    ours = make_old(days=4000)

    prune_now()

    assert ids() & {theirs, ours} == {theirs}


@on_both_databases
def test_the_audit_log_stays_and_says_what_was_removed(app, make_old, prune_now):
    entry = db.session.get(BulkOperationRun, make_old(days=31)).audit_log_id

    run = prune_now()

    assert entry in ids(AuditLog)
    found = db.session.scalars(select(AuditLog).where(AuditLog.action == pruning.PRUNED)).one()
    assert (found.subject, found.details) == (f"run:{run.id}", {"status": "completed", "runs": 1})


@on_both_databases
def test_the_second_time_there_is_nothing_to_remove(app, make_old, prune_now):
    make_old(days=31)
    prune_now()

    again = prune_now()

    assert again.summary == {"removed": dict.fromkeys(map(str, FINAL), 0)}


@on_both_databases
def test_a_run_that_repeats_or_follows_a_removed_one_stays_and_forgets_it(app, make_old, make_run, prune_now):
    old = make_old(days=31)
    newer = [make_run(retry_of_id=old).id, make_run(caused_by_id=old).id]

    prune_now()

    rows = db.session.execute(
        select(BulkOperationRun.retry_of_id, BulkOperationRun.caused_by_id).where(
            BulkOperationRun.id.in_(newer)
        )
    )
    assert [tuple(row) for row in rows] == [(None, None), (None, None)]


@on_both_databases
def test_runs_go_in_batches_and_each_is_a_transaction(app, make_old, prune_now, monkeypatch):
    monkeypatch.setattr(pruning, "RUNS_AT_ONCE", 2)
    monkeypatch.setattr(old_runs, "__kwdefaults__", {"limit": 2})
    for _ in range(5):
        make_old(days=31, succeeded=1)

    with deletions() as batches:
        run = prune_now()

    assert run.summary["removed"]["completed"] == 5
    assert [rows for table, rows in batches if table == "runs" and rows] == [2, 2, 1]


@on_both_databases
def test_a_large_run_goes_in_bounded_steps(app, make_old, prune_now):
    old = make_old(RunStatus.FAILED, days=91)
    fill(old, MANY)

    with deletions() as batches:
        run = prune_now()

    of_items = [rows for table, rows in batches if table == "items"]
    assert run.summary["removed"]["failed"] == 1
    assert sum(of_items) == MANY
    assert max(of_items) == pruning.ITEMS_AT_ONCE
    assert ids(BulkOperationRunItem, "run_id") == {run.id}


def fill(run_id, count):
    items = table_of(BulkOperationRunItem).name
    db.session.execute(
        text(
            f"INSERT INTO {items} (run_id, item_id, outcome, attempt, created_at) "  # noqa: S608 - our own table
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
            "SELECT :run_id, 'large-' || i, 'succeeded', 1, CURRENT_TIMESTAMP FROM n"
        ),
        {"count": count, "run_id": run_id},
    )
    db.session.commit()


class deletions:  # noqa: N801 - reads as `with deletions() as batches`
    """What is deleted meanwhile: (table, rows) of each statement; a commit stands between any two."""

    def __enter__(self):
        self.batches, self.open = [], 0
        event.listen(db.engine, "after_cursor_execute", self.note)
        event.listen(db.engine, "commit", self.commit)
        return self.batches

    def __exit__(self, *_):
        event.remove(db.engine, "after_cursor_execute", self.note)
        event.remove(db.engine, "commit", self.commit)

    def note(self, _connection, cursor, statement, *_more):
        if statement.startswith(("DELETE FROM bulk_operation_runs", "DELETE FROM bulk_operation_run_items")):
            table = "items" if statement.startswith("DELETE FROM bulk_operation_run_items") else "runs"
            self.open += 1
            assert self.open == 1, "two deletions in one transaction"
            self.batches.append((table, cursor.rowcount))

    def commit(self, _connection):
        self.open = 0


@on_both_databases
def test_a_worker_that_was_taken_for_dead_removes_nothing(tenant, make_old):
    old = make_old(days=31)
    context, _ = executing(tenant, token="of somebody else")

    with pytest.raises(LeaseLostError):
        prune(context)

    db.session.rollback()
    assert old in ids()


@on_both_databases
def test_a_resumed_run_goes_on_and_counts_what_was_removed_before(
    tenant, make_old, monkeypatch, worker, fresh
):
    monkeypatch.setattr(old_runs, "__kwdefaults__", {"limit": 2})
    runs = {make_old(days=31) for _ in range(3)} | {make_old(RunStatus.FAILED, days=91)}
    context, lease = executing(tenant, is_stopping=lambda: not ids() >= runs)

    with pytest.raises(RunInterruptedError):
        prune(context)
    assert len(ids() & runs) == 2
    assert lifecycle.give_back(lease, context.progress.take(), "Its worker was stopped.")
    assert worker() >= 1, "others may follow"

    run = fresh(db.session.get(BulkOperationRun, lease.run_id))
    assert (run.status, run.attempt) == (RunStatus.COMPLETED, 2)
    assert run.summary["removed"] == {
        "completed": 3,
        "completed_with_errors": 0,
        "failed": 1,
        "aborted": 0,
    }
    assert not ids() & runs


def test_one_retention_at_a_time_in_a_tenant(tenant, make_tenant):
    first = start_operation(current_catalog(), tenant, "run.prune", {})

    again = start_operation(current_catalog(), tenant, "run.prune", {"completed": 7})
    elsewhere = start_operation(current_catalog(), make_tenant(), "run.prune", {})

    assert (again.created, again.run.id) == (False, first.run.id)
    assert elsewhere.created


@pytest.mark.parametrize("role", [Role.READONLY, Role.OPERATOR])
def test_it_takes_a_manager(tenant, make_user, sign_in, role):
    user = make_user(tenant=tenant, role=role)

    with pytest.raises(PermissionDeniedError):
        start_operation(current_catalog(), tenant, "run.prune", {}, user)

    assert "Run retention" not in sign_in(user).get("/t/fictional/start").text


def test_a_manager_starts_it_from_the_generated_form(tenant, make_user, sign_in, worker, make_old):
    old = make_old(days=8)
    browser = sign_in(make_user(tenant=tenant, role=Role.MANAGER))
    assert "Run retention" in browser.get("/t/fictional/start").text
    days = {"completed": "7", "completed_with_errors": "90", "failed": "90", "aborted": "90"}

    answer = browser.submit("/t/fictional/start/run.prune", days)
    worker()

    page = browser.get(answer.location).text
    assert "1 completed" in page
    assert "7 days" in page
    assert old not in ids()


@pytest.mark.parametrize("days", [0, 3651, -1, "soon"])
@pytest.mark.parametrize("status", FINAL)
def test_days_are_between_one_and_ten_years(tenant, status, days):
    with pytest.raises(InvalidParametersError) as caught:
        start_operation(current_catalog(), tenant, "run.prune", {status.value: days})

    assert list(caught.value.errors) == [status.value]


@on_both_databases
def test_old_runs_are_found_by_the_index_alone(tenant, make_run):
    make_run(RunStatus.COMPLETED)
    with asking() as asked:
        old_runs(tenant, RunStatus.COMPLETED, clock.now())

    plan = plan_of(next(one for one in asked if "FROM bulk_operation_runs" in one.statement))
    assert any(FINISHED in step for step in plan), plan
    assert not any("TEMP B-TREE" in step or "Sort" in step for step in plan), plan


def test_only_runs_that_are_still_there_have_a_page(tenant, make_tenant, make_run):
    ours, theirs = make_run(), make_run(tenant=make_tenant())

    assert kept_runs(tenant, [ours.id, theirs.id, 4711]) == {ours.id}
    assert kept_runs(tenant, []) == set()


def test_it_is_listed_with_the_plugins_and_there_in_safe_mode(flask_cli, make_app):
    assert "run.prune" in flask_cli("plugins", "list").stdout

    with make_app(safe_mode=True).app_context():
        assert current_catalog().operation("run.prune") is operation


def test_no_plugin_takes_its_name_or_run_type(install, make_app):
    install("hello", "from app.core import Plugin\nplugin = Plugin(name='retention', version='9')")
    install(
        "thief",
        """
        from app.core import OperationType, Plugin
        operation = OperationType(run_type="run.prune", label="Mine", execute=print)
        plugin = Plugin(name="thief", version="1", operations=(operation,))
        """,
    )

    catalog = make_app().extensions[EXTENSION]

    reasons = {failed.name: failed.reason for failed in catalog.failed}
    assert "another plugin has this name" in reasons["retention"]
    assert "run type 'run.prune' is taken" in reasons["thief"]
    assert isinstance(catalog.plugin_of("run.prune"), Plugin)
    assert catalog.operation("run.prune") is operation


def test_days_are_asked_for_every_final_status_and_no_other(app):
    assert set(FINAL) == {status for status in RunStatus if status.is_final}
    assert set(PruneParams.model_fields) == {status.value for status in FINAL}


@on_both_databases
def test_every_tenant_has_it_each_night_from_the_start(tenant, make_tenant):
    other = make_tenant()

    assert [ensure_nightly_retention(), ensure_nightly_retention()] == [2, 0]

    for one in (tenant, other):
        (found,) = list_schedules(one)
        assert (found.name, found.run_type, found.cron) == (NAME, "run.prune", "0 3 * * *")
        assert found.params == PruneParams().model_dump()
        assert found.is_enabled
        assert found.is_default


def test_a_night_that_a_manager_paused_stays_paused(tenant, make_user):
    ensure_nightly_retention()
    (found,) = list_schedules(tenant)
    pause_schedule(current_catalog(), tenant, found.id, make_user(tenant=tenant, role=Role.MANAGER))

    assert ensure_nightly_retention() == 0
    assert [one.is_enabled for one in list_schedules(tenant)] == [False]


@on_both_databases
def test_the_night_starts_it(tenant, make_old, worker):
    old = make_old(days=31)
    ensure_nightly_retention()
    (night,) = list_schedules(tenant)

    assert start_due(current_catalog(), night.due_at) == 1
    assert worker() >= 1, "others may follow"

    run = db.session.scalars(select(BulkOperationRun)).one()
    assert (run.run_type, run.initiator) == ("run.prune", f"schedule {NAME}")
    assert (run.status, run.id == old) == (RunStatus.COMPLETED, False)


def test_each_worker_sees_to_it(app):
    assert ensure_nightly_retention in app.extensions[CHORES][0]


def serves_equality(index):
    """Whether it finds every row whose first column has some value; what equals something is not NULL."""
    where, column = index.dialect_options["sqlite"]["where"], next(iter(index.columns)).name
    return where is None or str(where) == f"{column} IS NOT NULL"


@on_both_databases
def test_an_index_of_what_is_not_null_finds_the_retries_of_a_run(app):
    with asking() as asked:
        db.session.execute(update(BulkOperationRun).where(BulkOperationRun.retry_of_id == 1).values(rings=1))

    plan = plan_of(asked[-1])
    assert any("ix_bulk_operation_runs_retry_of_id" in step for step in plan), plan


def test_whatever_points_at_a_run_is_found_by_an_index(app):
    unserved = []
    for table in metadata.tables.values():
        whole = [index for index in table.indexes if serves_equality(index)]
        unique = [found for found in table.constraints if isinstance(found, UniqueConstraint)]
        served = {next(iter(found.columns)).name for found in [table.primary_key, *unique, *whole]}
        to_runs = [key for key in table.foreign_keys if key.column.table is table_of(BulkOperationRun)]
        unserved += [str(key.parent) for key in to_runs if key.parent.name not in served]

    assert unserved == []
