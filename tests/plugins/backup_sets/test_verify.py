"""`backup_set.verify`: what is missing, what was altered, and how the tenant stands."""

import pytest
from sqlalchemy import update

from app.core import db, find_run, start_operation
from app.core.registry.catalog import current_catalog
from app.core.runs.execute import execute_run
from app.plugins.backup_sets.items import remove_items
from app.plugins.backup_sets.models import BackupSetItem, DocumentState, TenantState
from app.plugins.backup_sets.sets import create_set
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.documents import alter, lose
from tests.support.snapshots import compliance, conditional_access, run_now

SECRETIVE = {
    "@odata.type": "#microsoft.graph.deviceManagementScript",
    "displayName": "Fictional script",
    "scriptContent": "V3JpdGUtSG9zdCAnZmljdGlvbmFsJw==",
}


def states(items):
    return {name: (item.document_state, item.tenant_state) for name, item in items.items()}


@on_both_databases
def test_what_was_kept_just_now_is_intact_and_unchanged(add, take, verify, items):
    add(take({"a.json": compliance("A"), "x.json": conditional_access("X"), "s.json": SECRETIVE}))

    run = verify()

    assert (run.status, run.succeeded) == ("completed", 3)
    assert set(states(items()).values()) == {("intact", "unchanged")}
    assert run.summary["documents"] == {"intact": 3, "altered": 0, "missing": 0, "unverified": 0}
    assert run.summary["policies"] == {"unchanged": 3, "changed": 0, "gone": 0, "unknown": 0}


@on_both_databases
@pytest.mark.parametrize("body", [b'{"displayName": "Somebody else"}', b"{broken", b""])
def test_an_altered_document_is_found_and_named(add, abc, verify, items, body):
    add(abc)
    alter(items()["B"].content_hash, body)

    run = verify()

    assert (run.status, run.succeeded, run.failed) == ("completed_with_errors", 2, 1)
    assert run.failure_totals == {"document_altered": 1}
    assert run.failures[0]["reason"].startswith(f"B from sync {abc.id}: ")
    assert states(items())["B"] == ("altered", "unchanged")
    assert "Somebody else" not in str(run.failures)


@on_both_databases
def test_a_missing_document_is_found_and_named(add, abc, verify, items):
    add(abc)
    lose(items()["B"].content_hash)

    run = verify()

    assert run.failure_totals == {"document_missing": 1}
    assert states(items())["B"][0] == "missing"
    assert states(items())["A"] == ("intact", "unchanged")


@on_both_databases
def test_the_newest_version_of_each_policy_is_held_against_the_latest_sync(add, abc, take, verify, items):
    add(abc)
    latest = take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")})

    run = verify()

    assert states(items()) == {
        "A": ("intact", "changed"),
        "B": ("intact", "unchanged"),
        "C": ("intact", "gone"),
    }
    assert {item.compared_run_id for item in items().values()} == {latest.id}
    assert run.summary["policies"] == {"unchanged": 1, "changed": 1, "gone": 1, "unknown": 0}
    assert run.status == "completed", "a tenant that changed is no failure"


def test_an_earlier_version_is_proven_and_not_compared(add, abc, take, verify, backup_set, items):
    add(abc, "A")
    add(take({"a.json": compliance("A", passcodeRequired=True)}), "A")

    run = verify()

    assert run.summary["documents"]["intact"] == 2
    assert run.summary["policies"] == {"unchanged": 1, "changed": 0, "gone": 0, "unknown": 0}


def test_what_the_latest_sync_could_not_read_is_unknown_and_never_gone(add, take, verify, items):
    add(take({"a.json": compliance("A"), "b.json": compliance("B"), "x.json": conditional_access("X")}))
    take({"a.json": compliance("A"), "b.json": b"{broken"})

    verify()

    assert states(items()) == {
        "A": ("intact", "unchanged"),
        "B": ("intact", "unknown"),
        "X": ("intact", "unknown"),
    }


def test_a_version_of_an_earlier_normal_form_is_not_called_altered(add, abc, take, verify, items):
    add(abc)
    db.session.execute(update(BackupSetItem).values(normalizer_version=0))
    db.session.commit()
    take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")})

    run = verify()

    assert (run.status, run.skipped) == ("completed", 3)
    assert states(items()) == {
        "A": ("unverified", "unknown"),
        "B": ("unverified", "unchanged"),
        "C": ("unverified", "gone"),
    }


def test_what_is_verified_again_shows_the_last_look(add, abc, take, verify, items):
    add(abc)
    verify()
    take({"a.json": compliance("A", passcodeRequired=True)})
    assert items(state=TenantState.UNCHANGED)

    verify()

    assert sorted(items(state=TenantState.GONE)) == ["B", "C"]
    assert sorted(items(state=TenantState.CHANGED)) == ["A"]
    assert sorted(items(state=DocumentState.INTACT)) == ["A", "B", "C"]


def test_a_version_taken_out_meanwhile_is_skipped(tenant, backup_set, add, abc, items):
    add(abc)
    started = start_operation(
        current_catalog(), tenant, "backup_set.verify", {"backup_set_id": backup_set.id}
    )
    remove_items(tenant, backup_set, [items()["B"].id])

    execute_run(started.run_id)
    end_transaction()

    run = find_run(tenant, started.run_id)
    assert (run.status, run.succeeded, run.skipped) == ("completed", 2, 1)


def test_an_empty_set_has_nothing_to_verify(verify):
    run = verify()

    assert (run.status, run.total_items) == ("completed", 0)


def test_a_set_of_another_tenant_is_not_verified_like_one_that_does_not_exist(tenant, make_tenant):
    theirs = create_set(make_tenant(), "Theirs")

    for number in (theirs.id, 4711):
        run = run_now(tenant, "backup_set.verify", {"backup_set_id": number})
        assert (run.status, run.failures[0]["reason_code"]) == ("failed", "backup_set_gone")
        assert run.shown_inputs == {"backup_set": number}
