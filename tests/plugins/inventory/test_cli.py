"""`flask inventory`: what it prints, and how it ends."""

import json

import pytest

from app.core.cli import waiting
from tests.support.snapshots import compliance

RUN_FACTS = {
    "id", "run_type", "status", "status_bucket", "total_items", "processed_items", "succeeded", "failed",
    "skipped", "failures", "related_links", "inventory_sync_run_id",
}  # fmt: skip
POLICY_FACTS = {"policy_type", "external_id", "display_name", "content_hash"}


@pytest.fixture
def imported(flask_cli, tenant, export):
    """Import files inline; the command's result."""

    def run(files, *more):
        return flask_cli("inventory", "import", tenant.slug, export(files), "--inline", *more)

    return run


def test_import_prints_the_run_as_one_json_document(imported):
    result = imported({"a.json": compliance("A"), "b.json": compliance("B")}, "--json")

    run = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(run) >= RUN_FACTS
    assert (run["run_type"], run["status"], run["status_bucket"]) == (
        "inventory.sync",
        "completed",
        "succeeded",
    )
    assert run["inventory_sync_run_id"] == run["id"]
    assert run["failures"] == []


def test_import_says_the_same_in_words(imported):
    result = imported({"a.json": compliance("A")})

    assert result.exit_code == 0
    assert "inventory.sync: completed" in result.stdout
    assert "1 succeeded, 0 failed, 0 skipped of 1" in result.stdout


def test_import_waits_for_a_worker_when_it_is_not_inline(flask_cli, tenant, export, worker, monkeypatch):
    monkeypatch.setattr(waiting.time, "sleep", lambda _seconds: worker())

    result = flask_cli("inventory", "import", tenant.slug, export({"a.json": compliance("A")}), "--json")

    assert json.loads(result.stdout)["status"] == "completed"


def test_an_unreadable_document_is_named_and_the_import_is_no_failure(imported):
    result = imported({"a.json": compliance("A"), "b.json": b"{broken"}, "--json")

    run = json.loads(result.stdout)
    assert result.exit_code == 0
    assert run["status"] == "completed_with_errors"
    assert run["failures"][0]["reason_code"] == "document_unreadable"
    assert "b.json" in run["failures"][0]["reason"]


def test_an_import_that_fails_exits_1_and_still_prints_the_run(imported):
    result = imported({"read.me": b"nothing"}, "--json")

    run = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (run["status"], run["failures"][0]["reason_code"]) == ("failed", "no_policies")


def test_a_missing_path_is_a_wrong_call_and_is_named(flask_cli, tenant, tmp_path):
    result = flask_cli("inventory", "import", tenant.slug, tmp_path / "nowhere", "--inline", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere" in result.stderr


@pytest.mark.parametrize("command", ["import", "show"])
def test_an_unknown_tenant_is_a_wrong_call_and_is_named(flask_cli, tenant, export, command):
    more = [export({"a.json": compliance("A")})] if command == "import" else []

    result = flask_cli("inventory", command, "imaginary", *more, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "imaginary" in result.stderr


def test_show_prints_coverage_problems_and_every_policy_of_the_latest_sync(flask_cli, tenant, imported):
    imported({"a.json": compliance("A", id="1")})
    imported({"a.json": compliance("A", id="1"), "b.json": compliance("B"), "c.json": b"{broken"})

    shown = json.loads(flask_cli("inventory", "show", tenant.slug, "--json").stdout)

    (coverage,) = shown["coverage"]
    assert (coverage["collection"], coverage["coverage"], coverage["item_count"]) == (
        "compliancePolicy",
        "truncated",
        2,
    )
    assert [problem["path"] for problem in shown["problems"]] == ["c.json"]
    assert [(p["display_name"], p["external_id"]) for p in shown["policies"]] == [("A", "1"), ("B", "name:B")]
    assert all(set(policy) >= POLICY_FACTS for policy in shown["policies"])


def test_show_takes_an_older_sync_and_says_it_in_words(flask_cli, tenant, imported):
    first = json.loads(imported({"a.json": compliance("Old")}, "--json").stdout)["id"]
    imported({"a.json": compliance("New")})

    result = flask_cli("inventory", "show", tenant.slug, "--run", first)

    assert result.exit_code == 0
    assert "Old" in result.stdout
    assert "New" not in result.stdout
    assert "complete" in result.stdout


@pytest.mark.parametrize("number", ["999", "0", str(10**30)])
def test_show_of_a_sync_that_does_not_exist_names_it(flask_cli, tenant, number):
    result = flask_cli("inventory", "show", tenant.slug, "--run", number, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert number in result.stderr


def test_show_of_a_tenant_without_syncs_says_so(flask_cli, tenant):
    result = flask_cli("inventory", "show", tenant.slug)

    assert result.exit_code == 2
    assert "no finished sync" in result.stderr
