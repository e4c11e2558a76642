"""Starting a run: one transaction, one active twin."""

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core import queue
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import (
    InvalidParametersError,
    PermissionDeniedError,
    TenantAtlasError,
    UnknownRunTypeError,
)
from app.core.notifications import Notification
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import NoParams
from app.core.runs import lifecycle
from app.core.runs.lifecycle import starting
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.runs.status import ACTIVE, RunStatus
from app.core.runs.tally import Tally
from app.core.users import Role
from tests.support.databases import on_both_databases
from tests.support.records import begin, new_run


def how_many(model):
    return db.session.scalar(select(func.count()).select_from(model))


def nothing(run):
    """An executor with nothing to do."""


@on_both_databases
def test_a_start_leaves_the_run_its_audit_entry_and_its_notification(app, tenant, operator):
    run = begin(tenant, new_run(item_ids=["a", "b"], idempotency_key="k"), operator).run

    entry = db.session.get_one(AuditLog, run.audit_log_id)
    [told] = db.session.scalars(select(Notification))
    assert (run.status, run.total_items, run.item_ids) == (RunStatus.PENDING, 2, ["a", "b"])
    assert (entry.tenant_id, entry.action, entry.subject) == (tenant.id, "run.started", f"run:{run.id}")
    assert entry.actor == operator.email == run.initiator
    assert (told.run_id, told.user_id, told.kind, told.status_bucket) == (
        run.id,
        operator.id,
        "queued",
        "queued",
    )


@on_both_databases
def test_a_start_that_breaks_half_way_leaves_nothing(app, tenant, operator):
    db.session.execute(text("ALTER TABLE audit_logs RENAME TO audit_logs_away"))
    db.session.commit()

    with pytest.raises(DBAPIError, match="audit_logs"):
        begin(tenant, new_run(), operator)
    db.session.rollback()
    db.session.execute(text("ALTER TABLE audit_logs_away RENAME TO audit_logs"))
    db.session.commit()

    assert [how_many(model) for model in (BulkOperationRun, AuditLog, Notification)] == [0, 0, 0]


@on_both_databases
def test_a_second_start_of_the_same_work_answers_with_the_active_run(app, tenant, operator):
    first = begin(tenant, new_run(idempotency_key="k"), operator)
    second = begin(tenant, new_run(idempotency_key="k"), operator)

    assert (first.created, second.created) == (True, False)
    assert second.run.id == first.run.id
    assert [how_many(model) for model in (BulkOperationRun, AuditLog, Notification)] == [1, 1, 1]


@on_both_databases
def test_a_running_twin_is_answered_with_too(app, tenant):
    first = begin(tenant, new_run(idempotency_key="k")).run
    lifecycle.claim(first.id, "worker-1", 60)

    again = begin(tenant, new_run(idempotency_key="k"))

    assert (again.created, again.run.id) == (False, first.id)


@on_both_databases
@pytest.mark.parametrize("end", [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.ABORTED])
def test_once_the_twin_is_final_a_new_run_starts(app, tenant, end):
    first = begin(tenant, new_run(idempotency_key="k")).run
    lifecycle.finish(lifecycle.claim(first.id, "worker-1", 60), end, Tally())

    again = begin(tenant, new_run(idempotency_key="k"))

    assert again.created
    assert again.run.id != first.id


@on_both_databases
def test_runs_without_a_key_are_never_shared(app, tenant):
    assert all(begin(tenant, new_run(idempotency_key=None)).created for _ in range(3))


def test_the_same_key_in_another_tenant_is_another_run(app, make_tenant):
    here, there = (begin(make_tenant(), new_run(idempotency_key="k")) for _ in range(2))

    assert here.created
    assert there.created


def test_a_twin_that_keeps_vanishing_is_given_up_with_a_sentence(app, tenant, monkeypatch):
    monkeypatch.setattr(starting, "insert_run", lambda *_: None)

    with pytest.raises(TenantAtlasError, match=r"probe\.check: an equal run kept starting and ending"):
        begin(tenant, new_run(idempotency_key="k"))


@on_both_databases
def test_the_database_itself_refuses_a_second_active_run(app, database, tenant, make_run):
    run = make_run(idempotency_key="k")

    copy = "INSERT INTO bulk_operation_runs ({0}) SELECT {0} FROM bulk_operation_runs WHERE id = :id"
    columns = ", ".join(column.name for column in BulkOperationRun.__table__.columns if column.name != "id")
    with pytest.raises(IntegrityError):
        db.session.execute(text(copy.format(columns)), {"id": run.id})
    db.session.rollback()


@on_both_databases
def test_the_unique_index_is_partial_over_exactly_the_active_statuses(app, database):
    [index] = [
        index
        for index in inspect(db.engine).get_indexes("bulk_operation_runs")
        if index["name"] == "uq_bulk_operation_runs_active"
    ]
    predicate = str(index["dialect_options"][f"{database.name}_where"])

    assert index["unique"]
    assert index["column_names"] == ["tenant_id", "idempotency_key"]
    assert sorted(status for status in RunStatus if f"'{status}'" in predicate) == sorted(ACTIVE)


def test_a_run_is_started_by_its_type_with_checked_parameters(app, tenant, operator, offer, worker, fresh):
    offer(nothing)

    started = start_operation(current_catalog(), tenant, "probe.check", {}, operator)

    assert started.created
    assert (started.run.plugin, started.run.plugin_version) == ("probe", "1.0.0")
    assert worker() == 1, "the doorbell rang once"
    assert fresh(started.run).status == RunStatus.COMPLETED


def test_starting_active_work_again_does_not_ring_again(app, tenant, offer, worker):
    offer(nothing)
    for _ in range(3):
        start_operation(current_catalog(), tenant, "probe.check", {})

    assert worker() == 1


def test_a_queue_that_is_away_does_not_fail_the_start(app, tenant, offer, fresh, monkeypatch, caplog):
    offer(nothing)

    def away(message, *args, **kwargs):
        raise ConnectionError("nobody listens")

    huey, _ = app.extensions[queue.EXTENSION]
    monkeypatch.setattr(huey.storage, "enqueue", away)

    started = start_operation(current_catalog(), tenant, "probe.check", {})

    assert fresh(started.run).status == RunStatus.PENDING
    assert "the sweeper will ring again" in caplog.text


def test_an_unknown_run_type_is_named_and_starts_nothing(app, tenant):
    with pytest.raises(UnknownRunTypeError, match=r"no_such\.thing"):
        start_operation(current_catalog(), tenant, "no_such.thing", {})

    assert how_many(BulkOperationRun) == 0


def test_parameters_that_do_not_fit_are_named_by_field(app, tenant, offer):
    offer(nothing, params=NoParams)

    with pytest.raises(InvalidParametersError) as caught:
        start_operation(current_catalog(), tenant, "probe.check", {"colour": "red"})

    assert list(caught.value.errors) == ["colour"]
    assert how_many(BulkOperationRun) == 0


def test_a_user_below_the_operations_role_is_refused(app, tenant, make_user, offer):
    offer(nothing, role=Role.MANAGER)

    with pytest.raises(PermissionDeniedError, match="manager"):
        start_operation(current_catalog(), tenant, "probe.check", {}, make_user(tenant=tenant))

    assert how_many(BulkOperationRun) == 0


def test_a_member_of_another_tenant_is_refused(app, tenant, make_tenant, make_user, offer):
    offer(nothing)
    stranger = make_user(tenant=make_tenant(), role=Role.OWNER)

    with pytest.raises(PermissionDeniedError):
        start_operation(current_catalog(), tenant, "probe.check", {}, stranger)


def test_secret_inputs_are_hidden_in_the_run_and_in_the_audit_log(app, tenant, offer):
    offer(
        nothing,
        shown_inputs=lambda _tenant, _params: {"client_secret": "hush", "url": "https://a.example/?sig=x"},
    )

    run = start_operation(current_catalog(), tenant, "probe.check", {}).run

    shown = str(run.shown_inputs) + str(db.session.get_one(AuditLog, run.audit_log_id).details)
    assert "hush" not in shown
    assert "sig=x" not in shown
    assert run.shown_inputs["client_secret"] == "[hidden]"
