"""A baseline: set by managers, and compared with after every sync of its scope."""

import pytest
from sqlalchemy import select

from app.core import db
from app.core.audit import AuditLog
from app.core.errors import InvalidInputError
from app.core.registry.catalog import current_catalog
from app.core.runs.models import BulkOperationRun
from app.core.users import Role
from app.plugins.drift.baselines import baseline_of, baselines_of, clear_baseline, set_baseline
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

A, B = {"a.json": compliance("A")}, {"a.json": compliance("A", passcodeRequired=True)}


def generations():
    query = select(BulkOperationRun).where(BulkOperationRun.action == "generate")
    return db.session.scalars(query.order_by(BulkOperationRun.id)).all()


@on_both_databases
def test_after_a_sync_of_a_scope_with_a_baseline_drift_is_generated(take, tenant, worker, drifted, fresh):
    first = take(A)
    set_baseline(tenant, first.id)

    second = take(B)
    [generation] = generations()
    assert (generation.caused_by_id, generation.status) == (second.id, "pending")
    assert generation.params == {"baseline_run_id": first.id, "current_run_id": second.id}
    worker()

    assert fresh(generation).status == "completed"
    assert drifted() == {("modified", "A")}


def test_without_a_baseline_nothing_follows(take):
    take(A)
    take(B)

    assert generations() == []


def test_after_it_is_cleared_nothing_follows(take, tenant):
    first = take(A)
    scope_key = set_baseline(tenant, first.id).scope_key
    assert clear_baseline(tenant, scope_key) is True
    assert clear_baseline(tenant, scope_key) is False

    take(B)

    assert generations() == []


def test_a_sync_that_failed_is_followed_by_nothing(take, tenant, tmp_path):
    set_baseline(tenant, take(A).id)

    assert take(tmp_path / "nowhere").status == "failed"

    assert generations() == []


def test_a_later_baseline_takes_the_place_of_the_former(take, tenant):
    set_baseline(tenant, take(A).id)
    second = take(B)

    set_baseline(tenant, second.id)

    assert [row.sync_run_id for row in baselines_of(tenant)] == [second.id]
    actions = list(db.session.scalars(select(AuditLog.action).where(AuditLog.action.startswith("drift_"))))
    assert actions == ["drift_baseline.set"] * 2


def test_what_cannot_be_compared_with_is_no_baseline(take, tenant, make_tenant, tmp_path):
    failed = take(tmp_path / "nowhere")
    for run_id in (failed.id, 4711):
        with pytest.raises(InvalidInputError, match=str(run_id)):
            set_baseline(tenant, run_id)
    with pytest.raises(InvalidInputError):
        set_baseline(make_tenant(), take(A).id)

    assert baselines_of(tenant) == []


def test_a_manager_sets_and_clears_it_on_the_page(take, tenant, sign_in, make_user):
    first = take(A)
    browser = sign_in(make_user(tenant=tenant, role=Role.MANAGER))

    browser.submit("/t/fictional/drift/baseline", {"sync": first.id, "do": "set"})
    [baseline] = baselines_of(tenant)
    page = browser.get("/t/fictional/drift").text
    assert f"sync {first.id}</a> when it ends" in page

    scope_key = baseline.scope_key
    browser.submit("/t/fictional/drift/baseline", {"scope": scope_key, "do": "clear"})
    db.session.rollback()
    assert baseline_of(tenant, scope_key) is None


def test_an_operator_sees_it_and_cannot_change_it(take, tenant, browser):
    first = take(A)

    assert browser.submit("/t/fictional/drift/baseline", {"sync": first.id}).status_code == 403
    page = browser.get("/t/fictional/drift").text
    assert "Baseline" in page
    assert "Use as baseline" not in page
    assert baselines_of(tenant) == []


def test_a_sync_that_is_no_number_is_named(take, tenant, sign_in, make_user):
    take(A)
    browser = sign_in(make_user(tenant=tenant, role=Role.MANAGER))

    answer = browser.submit("/t/fictional/drift/baseline", {"sync": "x1"})

    assert answer.status_code == 400
    assert "sync: &#39;x1&#39; is no number of a sync" in answer.text


def test_it_is_set_shown_and_cleared_on_the_command_line(take, tenant, flask_cli):
    first = take(A)

    said = flask_cli("drift", "baseline", "set", "fictional", str(first.id))
    assert said.exit_code == 0, said.output
    shown = flask_cli("drift", "baseline", "show", "fictional")
    assert f"sync {first.id}  set by system" in shown.stdout
    scope_key = shown.stdout.split()[0]
    assert flask_cli("drift", "baseline", "clear", "fictional", scope_key).exit_code == 0
    assert flask_cli("drift", "baseline", "clear", "fictional", scope_key).exit_code == 2
    assert flask_cli("drift", "baseline", "show", "fictional", "--json").stdout.strip() == "[]"


def test_a_sync_started_by_hand_is_not_slowed_by_a_broken_baseline(take, tenant, monkeypatch, caplog):
    set_baseline(tenant, take(A).id)

    def broken(_facts):
        raise LookupError("no baseline")

    operation = current_catalog().operation("drift.generate")
    monkeypatch.setitem(operation.follows, "inventory.sync", broken)

    assert take(B).status == "completed"
    assert "drift.generate cannot follow it" in caplog.text
