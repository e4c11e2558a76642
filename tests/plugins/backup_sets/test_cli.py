"""`flask backup-sets`: what it prints, and how it ends."""

import json

import pytest
from sqlalchemy import select

from app.core import db
from app.core.audit import AuditLog
from app.plugins.backup_sets.models import BackupSet, BackupSetItem
from tests.support.snapshots import compliance, conditional_access
from tests.support.stored import rows

ITEM_FACTS = {
    "policy_id", "policy_type", "collection", "external_id", "display_name", "content_hash", "secret_count",
    "version", "versions", "inventory_sync_run_id", "synced_at", "added_by", "added_at",
}  # fmt: skip


@pytest.fixture
def command(flask_cli, tenant):
    """Run `flask backup-sets NAME fictional ...`."""

    def run(name, *more):
        return flask_cli("backup-sets", name, tenant.slug, *more)

    return run


def test_a_set_is_created_listed_filled_shown_and_verified(command, abc):
    created = json.loads(command("create", "Golden", "--description", "For the auditors.", "--json").stdout)
    number = created["id"]
    added = json.loads(command("add", number, "--inline", "--json").stdout)
    shown = json.loads(command("show", number, "--json").stdout)
    verified = json.loads(command("verify", number, "--inline", "--json").stdout)
    (listed,) = json.loads(command("list", "--json").stdout)

    assert (created["name"], created["policies"], created["added_at"]) == ("Golden", 0, None)
    assert (added["run_type"], added["status"]) == ("backup_set.add_policies", "completed")
    assert added["added"] == {"new": 3, "newer_version": 0, "older_version": 0}
    assert [item["display_name"] for item in shown["items"]] == ["A", "B", "C"]
    assert all(set(item) >= ITEM_FACTS for item in shown["items"])
    assert verified["documents"]["intact"] == 3
    assert verified["policies"]["unchanged"] == 3
    assert (listed["policies"], listed["versions"]) == (3, 3)
    assert listed["verified_at"] is not None


def test_it_says_the_same_in_words(command, abc):
    assert "Backup set 1 'Golden' created." in command("create", "Golden").stdout

    added = command("add", 1, "--inline")
    assert "3 new, 0 newer_version, 0 older_version" in added.stdout
    assert "3 policies" in command("list").stdout
    lines = command("show", 1).stdout.splitlines()
    assert lines[0] == "Backup set 1 'Golden': 3 versions"
    assert f"version 1 of 1 from sync {abc.id}  A" in lines[1]
    assert "3 intact, 0 altered" in command("verify", 1, "--inline").stdout


def test_policies_are_chosen_by_id_type_words_and_sync(command, abc, ids, take, backup_set, held):
    later = take({"a.json": compliance("A", passcodeRequired=True), "x.json": conditional_access("X")})

    for choice in (
        [ids(abc)["B"], "--sync", abc.id],
        ["--type", "conditionalAccessPolicy"],
        ["--search", "name:a"],
    ):
        assert command("add", backup_set.id, *choice, "--inline").exit_code == 0

    assert held() == [("A", 1, later.id), ("B", 1, abc.id), ("X", 1, later.id)]


def test_a_partial_success_is_told_and_exits_0(command, abc, ids, take, backup_set):
    known = ids(abc)
    take({"a.json": compliance("A")})

    result = command("add", backup_set.id, known["A"], known["B"], "--inline")

    assert result.exit_code == 0
    assert "completed with errors" in result.stdout
    assert "not_found: B: sync" in result.stdout


def test_a_failed_run_exits_1_and_still_prints_it(command, backup_set, abc, monkeypatch):
    def breaks(*_args):
        raise OSError("the disk of harbour-9 is full")

    monkeypatch.setattr("app.plugins.backup_sets.verify.note_run", breaks)

    result = command("verify", backup_set.id, "--inline", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "failed"
    assert "harbour-9" not in result.stdout


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("show", [4711], "4711"),
        ("show", [10**30], str(10**30)),
        ("verify", [4711], "4711"),
        ("add", [4711], "4711"),
        ("create", [" "], "name"),
        ("create", ["Golden"], "already"),
        ("add", [1, "--sync", 4711], "4711"),
        ("add", [1, "--search", "nothing"], "no such policy"),
        ("add", [1, "not-an-id"], "policy_ids"),
    ],
)
def test_a_wrong_call_exits_2_and_names_what_is_wrong(command, backup_set, abc, name, arguments, said):
    result = command(name, *arguments, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert (rows(BackupSet), rows(BackupSetItem)) == (1, 0)


def test_a_tenant_without_a_sync_has_nothing_to_add_and_is_told_so(command, backup_set):
    result = command("add", backup_set.id)

    assert result.exit_code == 2
    assert "no finished sync yet" in result.stderr


def test_another_tenants_policy_is_refused_and_audited(command, backup_set, abc, of_another_tenant):
    _, theirs = of_another_tenant

    result = command("add", backup_set.id, theirs, "--inline")

    assert (result.exit_code, rows(BackupSetItem)) == (1, 0)
    assert "not this tenant's" in result.stderr
    query = select(AuditLog).where(AuditLog.action == "backup_set.adding_refused")
    assert [(row.actor, row.subject) for row in db.session.scalars(query)] == [
        ("system", f"backup_set:{backup_set.id}")
    ]


@pytest.mark.parametrize("name", ["list", "create", "show", "add", "verify"])
def test_an_unknown_tenant_is_a_wrong_call_and_is_named(flask_cli, tenant, name):
    more = {"list": [], "create": ["Golden"]}.get(name, ["1"])

    result = flask_cli("backup-sets", name, "imaginary", *more, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "imaginary" in result.stderr


def test_a_tenant_without_sets_lists_none(command):
    assert json.loads(command("list", "--json").stdout) == []
    assert command("list").stdout == ""


def test_a_set_is_exported_and_imported_elsewhere(flask_cli, tenant, make_tenant, filled, tmp_path):
    other, target = make_tenant("elsewhere"), tmp_path / "golden.zip"

    said = flask_cli(
        "backup-sets", "export", tenant.slug, str(filled.id), "--to", str(target), "--inline", "--json"
    )
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["path"] == str(target)
    said = flask_cli("backup-sets", "import", other.slug, str(target), "--inline", "--json")

    assert said.exit_code == 0, said.output
    number = json.loads(said.stdout)["backup_set"]
    shown = json.loads(flask_cli("backup-sets", "show", other.slug, str(number), "--json").stdout)
    assert (shown["name"], shown["policies"], shown["imported_from"]["tenant"]) == ("Golden", 3, tenant.name)


def test_an_export_that_is_none_fails_with_its_reason(flask_cli, tenant, tmp_path):
    (tmp_path / "wrong.zip").write_bytes(b"nothing")

    said = flask_cli("backup-sets", "import", tenant.slug, str(tmp_path / "wrong.zip"), "--inline")

    assert said.exit_code != 0
    assert "is not a readable zip archive" in said.output


@pytest.fixture
def filled(backup_set, add, abc):
    """A set with three policies."""
    add(abc)
    return backup_set
