"""`backup_set.fill`: everything of the latest sync, on a schedule, in as many versions as the set keeps."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import Role, clock, current_catalog, db, find_run, start_operation
from app.core.audit import AuditLog
from app.core.errors import InvalidParametersError
from app.core.runs import progress
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.schedules.planning import pause_schedule
from app.core.schedules.queries import list_schedules
from app.core.schedules.tick import start_due
from app.plugins.backup_sets import filling, retention
from app.plugins.backup_sets.retention import set_retention
from app.plugins.backup_sets.sets import create_set
from tests.support.browsing import end_transaction, location
from tests.support.crashing import run_crashing
from tests.support.databases import on_both_databases
from tests.support.schedules import make_schedule
from tests.support.snapshots import compliance, conditional_access, import_export, run_now
from tests.support.stored import rows


@pytest.fixture
def fill(tenant, backup_set):
    """Run `backup_set.fill` on the set."""
    return lambda **more: run_now(tenant, "backup_set.fill", {"backup_set_id": backup_set.id, **more})


@pytest.fixture
def manager(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.MANAGER))


def of_minimum(length, *names):
    return {f"{name}.json": compliance(name, passcodeMinimumLength=length) for name in names}


@on_both_databases
def test_everything_of_the_latest_sync_is_kept_and_each_next_sync_adds_what_changed(take, fill, held):
    first = take({**of_minimum(4, "A", "B"), "x.json": conditional_access("X")})

    run = fill()

    assert (run.status, run.succeeded, run.summary["sync"]) == ("completed", 3, first.id)
    assert run.summary["added"] == {"new": 3, "newer_version": 0, "older_version": 0}
    second = take({**of_minimum(4, "A"), **of_minimum(8, "B"), "x.json": conditional_access("X")})

    run = fill()

    assert (run.succeeded, run.skipped) == (1, 2)
    assert [one for one in held() if one[0] == "B"] == [("B", 2, second.id), ("B", 1, first.id)]


def test_only_chosen_types_are_kept(take, fill, held):
    take({**of_minimum(4, "A"), "x.json": conditional_access("X")})

    fill(policy_types=["conditionalAccessPolicy"])

    assert [name for name, _, _ in held()] == ["X"]


def test_without_a_newer_sync_the_run_says_so_and_keeps_nothing(take, fill, held):
    sync = take(of_minimum(4, "A"))
    first = fill()

    run = fill()

    assert (run.status, run.total_items, run.skipped) == ("completed", 1, 1)
    assert run.failure_totals == {}
    assert f"no newer sync than {sync.id}," in run.summary["notes"][0]
    assert f"run {first.id} has looked at that one" in run.summary["notes"][0]
    assert len(held()) == 1


def test_other_types_are_kept_of_the_same_sync(take, fill, held):
    take({**of_minimum(4, "A"), "x.json": conditional_access("X")})
    fill(policy_types=["compliancePolicy"])

    assert fill(policy_types=["conditionalAccessPolicy"]).succeeded == 1
    assert len(held()) == 2


def test_without_any_sync_it_fails_and_says_why(fill):
    run = fill()

    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "snapshot_unavailable")


def test_what_the_sync_could_not_read_is_named_policy_by_policy(take, fill, held):
    take(of_minimum(4, "A", "B"))
    fill()
    take({**of_minimum(8, "A"), "B.json": b"{broken"})

    run = fill()

    assert (run.status, run.succeeded, run.failure_totals) == ("completed_with_errors", 1, {"unreadable": 1})
    assert fill().failure_totals == {"unreadable": 1}, "what was not taken whole is tried again"


def test_a_chosen_type_of_which_nothing_was_read_is_named(take, fill):
    take(of_minimum(4, "A"))

    run = fill(policy_types=["compliancePolicy", "settingsCatalog"])

    assert run.failure_totals == {"type_not_read": 1}
    assert run.succeeded == 1


@pytest.mark.parametrize(
    "wrong", [{"policy_types": ["nothing"]}, {"source": "nowhere"}, {"backup_set_id": 4711}]
)
def test_what_the_tenant_does_not_have_is_refused(tenant, backup_set, take, make_tenant, wrong):
    take(of_minimum(4, "A"))
    theirs = create_set(make_tenant(), "Theirs")
    before = rows(BulkOperationRun)

    for params in (wrong, wrong | {"backup_set_id": theirs.id}):
        with pytest.raises(InvalidParametersError):
            start_operation(
                current_catalog(), tenant, "backup_set.fill", {"backup_set_id": backup_set.id} | params
            )

    assert rows(BulkOperationRun) == before


@on_both_databases
def test_a_set_keeps_so_many_versions_of_each_policy_and_never_loses_the_last(
    tenant, backup_set, take, fill, held
):
    take({**of_minimum(4, "A", "B"), "c.json": compliance("C")})
    fill()
    for length in (5, 6, 7):
        last = take(of_minimum(length, "A", "B"))
        fill()
    assert len(held()) == 9
    set_retention(tenant, backup_set, 2)

    run = fill()

    assert run.summary["taken_out"] == 4
    assert next((name, sync) for name, _, sync in held()) == ("A", last.id)
    assert [name for name, _, _ in held()] == ["A", "A", "B", "B", "C"]
    set_retention(tenant, backup_set, 1)
    assert fill().summary["taken_out"] == 2
    assert [name for name, _, _ in held()] == ["A", "B", "C"]
    actions = ["backup_set.retention_changed", "backup_set.versions_trimmed"]
    query = select(AuditLog.action, AuditLog.details).where(AuditLog.action.in_(actions))
    entries = db.session.execute(query.order_by(AuditLog.id)).all()
    assert [(action, details.get("versions")) for action, details in entries] == [
        (actions[0], None), (actions[1], 4), (actions[0], None), (actions[1], 2)
    ]  # fmt: skip


@on_both_databases
def test_a_fill_whose_worker_dies_anywhere_ends_as_if_nothing_had_been(
    app, make_tenant, export, database, monkeypatch
):
    monkeypatch.setattr(filling, "CHUNK", 1)
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    monkeypatch.setattr(progress, "FLUSH_SECONDS", 0)
    before, after = export(of_minimum(4, "A", "B", "C")), export(of_minimum(8, "A", "B"))

    def prepared(slug):
        tenant = make_tenant(slug)
        made = create_set(tenant, "Golden")
        set_retention(tenant, made, 1)
        import_export(tenant, before)
        run_now(tenant, "backup_set.fill", {"backup_set_id": made.id})
        import_export(tenant, after)
        return tenant, {"backup_set_id": made.id}

    def told(run):
        summary = {name: run.summary[name] for name in ("added", "taken_out")}
        return run.status, run.counts, summary

    expected = told(run_now(*_with_type(prepared("calm"))))
    assert expected[2] == {"added": {"new": 0, "newer_version": 2, "older_version": 0}, "taken_out": 2}
    died = 0
    for at in range(1, 100, 3 if database.name == "sqlite" else 7):
        run, has_died = run_crashing(*_with_type(prepared(f"crash-{at}")), at=at)
        if not has_died:
            break
        died += 1
        assert told(run) == expected, f"died after commit {at}"
    assert died > 2


def _with_type(prepared):
    tenant, params = prepared
    return tenant, "backup_set.fill", params


def test_a_resumed_fill_stays_with_the_sync_it_began_with(tenant, backup_set, take, export):
    first = take(of_minimum(4, "A"))
    params = {"backup_set_id": backup_set.id}
    run_id = start_operation(current_catalog(), tenant, "backup_set.fill", params).run_id
    db.session.merge(filling.BackupSetRun(run_id=run_id, backup_set_id=backup_set.id, sync_run_id=first.id))
    db.session.commit()
    import_export(tenant, export(of_minimum(8, "A")))

    execute_run(run_id)
    end_transaction()

    assert find_run(tenant, run_id).summary["sync"] == first.id


def test_a_manager_schedules_a_fill_from_the_page_of_the_set(
    manager, browser, tenant, backup_set, take, held
):
    take(of_minimum(4, "A"))
    page = manager.get(f"/t/{tenant.slug}/backup-sets/{backup_set.id}").text
    address = f"/t/{tenant.slug}/schedules/new/backup_set.fill?backup_set_id={backup_set.id}"
    assert address.replace("&", "&amp;") in page
    assert "Fill by schedule" not in browser.get(f"/t/{tenant.slug}/backup-sets/{backup_set.id}").text
    form = manager.get(address).text
    assert f'<option value="{backup_set.id}" selected>' in form

    sent = {
        "schedule-name": "Nightly set", "schedule-rhythm": "0 3 * * *", "schedule-zone": "UTC",
        "backup_set_id": backup_set.id, "policy_types": ["compliancePolicy"],
    }  # fmt: skip
    manager.submit(f"/t/{tenant.slug}/schedules/new/backup_set.fill", sent)

    (schedule,) = [one for one in list_schedules(tenant) if one.run_type == "backup_set.fill"]
    assert schedule.params == {
        "backup_set_id": backup_set.id, "policy_types": ["compliancePolicy"], "source": None
    }  # fmt: skip


def test_a_set_names_the_schedules_that_fill_it_and_no_others(browser, tenant, backup_set, take):
    take(of_minimum(4, "A"))
    other = create_set(tenant, "Elsewhere")
    for name, filled in (("Nightly", backup_set), ("Weekly", backup_set), ("Theirs", other)):
        params = {"backup_set_id": filled.id}
        made = make_schedule(tenant, name=name, run_type="backup_set.fill", params=params)
        if name == "Weekly":
            pause_schedule(current_catalog(), tenant, made.id)

    page = browser.get(f"/t/{tenant.slug}/backup-sets/{backup_set.id}").text
    _, _, told = page.partition('id="schedules"')

    assert (">Nightly<" in told, ">Weekly<" in told, ">Theirs<" in told) == (True, True, False)
    assert "Paused" in told
    fresh = create_set(tenant, "New")
    assert "Filled by schedule" not in browser.get(f"/t/{tenant.slug}/backup-sets/{fresh.id}").text


def test_the_clock_fills_the_set_and_the_run_is_tracked(tenant, backup_set, take, held, worker):
    take(of_minimum(4, "A"))
    make_schedule(
        tenant,
        name="Nightly set",
        run_type="backup_set.fill",
        params={"backup_set_id": backup_set.id},
        since=clock.now() - timedelta(hours=2),
    )

    start_due(current_catalog(), clock.now())
    worker()

    assert [name for name, _, _ in held()] == ["A"]
    query = select(BulkOperationRun).where(BulkOperationRun.action == "fill")
    run = db.session.scalars(query).one()
    assert (run.initiator, run.status) == ("schedule Nightly set", "completed")


def test_the_number_of_versions_is_chosen_by_managers_alone(manager, browser, tenant, backup_set, fresh):
    path = f"/t/{tenant.slug}/backup-sets/{backup_set.id}"

    assert browser.submit(f"{path}/retention", {"keep": "1"}).status_code == 403
    for wrong in ("0", "1001", "abc"):
        answer = manager.submit(f"{path}/retention", {"keep": wrong})
        assert (answer.status_code, "keep: " in answer.text) == (422, True)
    assert fresh(backup_set).keep_versions is None
    assert location(manager.submit(f"{path}/retention", {"keep": "30"})) == path
    assert "the newest 30 versions of each policy" in manager.get(path).text
    manager.submit(f"{path}/retention", {"keep": ""})
    assert fresh(backup_set).keep_versions is None


def test_the_command_line_fills_and_chooses(flask_cli, tenant, backup_set, take):
    take(of_minimum(4, "A"))

    filled = flask_cli("backup-sets", "fill", tenant.slug, backup_set.id, "--inline", "--json")
    kept = flask_cli("backup-sets", "keep", tenant.slug, backup_set.id, "30", "--json")

    told = json.loads(filled.stdout)
    assert (told["status"], told["added"]["new"], told["taken_out"]) == ("completed", 1, 0)
    assert json.loads(kept.stdout) == {"id": backup_set.id, "keep_versions": 30}
    assert flask_cli("backup-sets", "keep", tenant.slug, backup_set.id, "none").exit_code == 2
    assert "keeps all" in flask_cli("backup-sets", "keep", tenant.slug, backup_set.id, "all").stdout
