"""A baseline has versions: a later one absorbs the findings whose state it holds, and deletes none."""

import json

import pytest
from sqlalchemy import select

from app.core import Role, db
from app.core.audit import AuditLog
from app.plugins.drift.baselines import baseline_of, baseline_versions, clear_baseline, set_baseline
from app.plugins.drift.history import history_of
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

BROKEN = b'{"displayName":'
A = {"a.json": compliance("A", passcodeMinimumLength=4), "b.json": compliance("B")}
B = {"a.json": compliance("A", passcodeMinimumLength=6), "c.json": compliance("C")}
C = {"a.json": compliance("A", passcodeMinimumLength=8), "c.json": compliance("C")}


@pytest.fixture
def states(findings):
    def standing():
        db.session.expire_all()
        found = {(row.display_name, row.change_kind): row.state for row in findings()}
        db.session.commit()
        return found

    return standing


@on_both_databases
def test_a_later_version_absorbs_what_it_holds_and_deletes_nothing(
    take, tenant, worker, operator, states, only, told
):
    set_baseline(tenant, take(A).id, operator)
    second = take(B)
    worker()
    assert set(states().values()) == {"new"}

    version = set_baseline(tenant, second.id, operator, name="Spring", reason="Rolled out on Monday")

    assert (version.version, version.absorbed) == (2, 3)
    assert states() == {
        ("A", "modified"): "absorbed",
        ("B", "removed"): "absorbed",
        ("C", "added"): "absorbed",
    }
    finding = only("A")
    assert finding.absorbed_version == 2
    assert told(finding) == ["found", "absorbed"]
    newest = history_of(finding)[0]
    assert (newest.actor, newest.reason) == (operator.email, "Rolled out on Monday")
    assert newest.facts["version"] == 2


@on_both_databases
def test_what_differs_from_the_new_version_too_stays_open_and_is_compared_with_it(
    take, tenant, worker, states, only, compare
):
    set_baseline(tenant, take(A).id)
    second = take(B)
    third = take(C)
    worker()

    version = set_baseline(tenant, second.id)

    assert version.absorbed == 2
    assert states()["A", "modified"] == "new"
    compare(second, third)
    assert [entry["before"] for entry in only("A").evidence["entries"]] == ["6"]
    assert only("A").baseline_run_id == second.id


@on_both_databases
def test_what_the_new_version_no_longer_shows_is_resolved_by_the_next_look(
    take, tenant, worker, states, accept, only
):
    set_baseline(tenant, take(A).id)
    second = take(B)
    worker()
    accept(only("A"))
    set_baseline(tenant, second.id)
    take(A)
    worker()
    assert states()["A", "modified"] == "new", "it is as in version 1, and not as in version 2"

    take(B)
    worker()

    assert states()["A", "modified"] == "resolved"


def test_what_the_new_version_did_not_read_absorbs_nothing(take, tenant, worker, states):
    set_baseline(tenant, take(A).id)
    take({"a.json": A["a.json"]})
    worker()
    assert states() == {("B", "removed"): "new"}

    partial = take({"a.json": A["a.json"], "b.json": BROKEN})
    worker()
    version = set_baseline(tenant, partial.id)

    assert version.absorbed == 0
    assert states() == {("B", "removed"): "new"}


def test_versions_are_kept_with_who_set_and_ended_them(take, tenant, operator):
    first, second = take(A), take(B)
    set_baseline(tenant, first.id, operator)
    scope_key = set_baseline(tenant, second.id).scope_key
    clear_baseline(tenant, scope_key, operator, reason="Obsolete")
    set_baseline(tenant, first.id)

    told = [(row.version, row.sync_run_id, row.set_by, row.ended_by) for row in baseline_versions(tenant)]
    assert told == [
        (3, first.id, "system", None),
        (2, second.id, "system", operator.email),
        (1, first.id, operator.email, "system"),
    ]
    assert baseline_of(tenant, scope_key).version == 3


def test_the_baseline_that_is_set_already_stays_as_it_is(take, tenant):
    first = take(A)

    assert set_baseline(tenant, first.id).id == set_baseline(tenant, first.id, reason="Again").id

    assert [row.version for row in baseline_versions(tenant)] == [1]


def test_each_tenant_and_scope_counts_its_own_versions(take, tenant, make_tenant):
    other = make_tenant()
    set_baseline(tenant, take(A).id)
    theirs = set_baseline(other, take(A, of=other).id)

    assert theirs.version == 1
    assert [row.version for row in baseline_versions(tenant)] == [1]


def test_who_set_and_cleared_it_and_why_is_in_the_audit_log(take, tenant, operator):
    scope_key = set_baseline(tenant, take(A).id, operator, name="Spring", reason="Agreed").scope_key
    clear_baseline(tenant, scope_key, operator, reason="Obsolete")

    query = select(AuditLog).where(AuditLog.action.startswith("drift_baseline")).order_by(AuditLog.id)
    was_set, cleared = db.session.scalars(query)
    assert (was_set.actor, was_set.details["version"]) == (operator.email, 1)
    assert (was_set.details["name"], was_set.details["reason"]) == ("Spring", "Agreed")
    assert (cleared.details["version"], cleared.details["reason"]) == (1, "Obsolete")


def test_a_manager_promotes_a_sync_on_the_page_and_everybody_sees_the_versions(
    take, tenant, worker, sign_in, make_user
):
    manager = make_user(tenant=tenant, role=Role.MANAGER)
    set_baseline(tenant, take(A).id, manager)
    second = take(B)
    worker()
    browser = sign_in(manager)

    answer = browser.submit(
        "/t/fictional/drift/baseline",
        {"sync": second.id, "do": "set", "name": "Spring", "reason": "Rolled out"},
    )

    assert answer.status_code == 302
    assert "Findings absorbed: 3" in browser.get("/t/fictional/drift").text
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))
    page = reader.get("/t/fictional/drift/baseline").text
    for said in ("v1", "v2 Spring", "Rolled out", "In use", f"Sync {second.id}</a>", "status=absorbed"):
        assert said in page, said
    assert "<form method" not in page.partition("<main")[2]
    refused = reader.submit("/t/fictional/drift/baseline", {"sync": second.id, "do": "set"})
    assert refused.status_code == 403


def test_without_a_baseline_the_page_says_so(browser, tenant):
    assert "No baseline yet" in browser.get(f"/t/{tenant.slug}/drift/baseline").text


def test_versions_are_told_on_the_command_line(take, tenant, flask_cli):
    first, second = take(A), take(B)
    flask_cli("drift", "baseline", "set", "fictional", first.id)
    said = flask_cli(
        "drift", "baseline", "set", "fictional", second.id, "--name", "Spring", "--reason", "Agreed"
    )
    assert "version 2" in said.stdout

    now = json.loads(flask_cli("drift", "baseline", "show", "fictional", "--json").stdout)
    ever = json.loads(flask_cli("drift", "baseline", "show", "fictional", "--all", "--json").stdout)

    assert [(row["version"], row["name"], row["reason"], row["sync"]) for row in now] == [
        (2, "Spring", "Agreed", second.id)
    ]
    assert [(row["version"], row["ended_by"]) for row in ever] == [(2, None), (1, "system")]
    assert "v1" in flask_cli("drift", "baseline", "show", "fictional", "--all").stdout
