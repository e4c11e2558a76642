"""`flask drift` and `flask findings`: what they print, and how they end."""

import json

import pytest

from app.plugins.drift import generate as generation
from tests.support.snapshots import compliance

FINDING_FACTS = {
    "id", "change_kind", "subject_type", "subject_external_id", "display_name", "severity", "status",
    "fingerprint", "changed_paths",
}  # fmt: skip


@pytest.fixture
def two(take):
    return (
        take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")}),
        take({"a.json": compliance("A", passcodeRequired=False), "c.json": compliance("C")}),
    )


@pytest.fixture
def generate(flask_cli, tenant):
    def run(*more):
        return flask_cli("drift", "generate", tenant.slug, "--inline", *more)

    return run


def test_generate_compares_the_two_latest_syncs_and_prints_one_json_document(generate, two):
    result = generate("--json")

    run = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (run["run_type"], run["status"], run["status_bucket"]) == (
        "drift.generate",
        "completed",
        "succeeded",
    )
    assert run["findings"] == {"added": 1, "removed": 1, "modified": 1, "recreated": 0}
    assert {link["label"] for link in run["related_links"]} >= {"Drift findings", "Inventory snapshot"}


def test_generate_says_the_same_in_words(generate, two):
    result = generate()

    assert result.exit_code == 0
    assert "drift.generate: completed" in result.stdout
    assert "1 added, 1 removed, 1 modified, 0 recreated" in result.stdout


def test_generate_compares_the_syncs_it_is_told(generate, two):
    result = generate("--baseline", two[1].id, "--current", two[0].id, "--json")

    run = json.loads(result.stdout)
    assert run["summary"]["baseline_run_id"] == two[1].id
    assert run["summary"]["current_run_id"] == two[0].id


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--baseline", "1"], "go together"),
        (["--current", "1"], "go together"),
        (["--baseline", "998", "--current", "999"], "998"),
        (["--baseline", "one", "--current", "two"], "one"),
        (["--baseline", str(10**30), "--current", "1"], str(10**30)),
    ],
)
def test_syncs_that_cannot_be_compared_are_a_wrong_call_and_named(generate, two, options, said):
    result = generate(*options, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_tenant_with_one_sync_has_nothing_to_compare_and_is_told_so(generate, take):
    take({"a.json": compliance("A")})

    result = generate("--json")

    assert result.exit_code == 2
    assert "fewer than two" in result.stderr


def test_a_generation_that_fails_exits_1_and_still_prints_the_run(generate, two, monkeypatch):
    def breaks(*_args):
        raise OSError("the disk of harbour-9 is full")

    monkeypatch.setattr(generation, "differences_between", breaks)

    result = generate("--json")

    run = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (run["status"], run["failures"][0]["reason_code"]) == ("failed", "unexpected_error")
    assert "harbour-9" not in result.stdout
    assert run["findings"] == {}


def test_findings_list_prints_every_finding_most_severe_first(flask_cli, tenant, generate, two):
    generate()

    result = flask_cli("findings", "list", tenant.slug, "--json")

    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    assert all(set(row) >= FINDING_FACTS for row in rows)
    assert {(row["change_kind"], row["display_name"]) for row in rows} == {
        ("added", "C"),
        ("removed", "B"),
        ("modified", "A"),
    }
    assert rows[0]["severity"] == "critical"
    assert [row["changed_paths"] for row in rows if row["change_kind"] == "modified"] == [
        ["/passcodeRequired"]
    ]


def test_findings_list_of_a_tenant_without_findings_is_empty(flask_cli, tenant):
    assert json.loads(flask_cli("findings", "list", tenant.slug, "--json").stdout) == []
    assert flask_cli("findings", "list", tenant.slug).stdout == ""


def test_findings_list_says_the_same_in_words(flask_cli, tenant, generate, two):
    generate()

    lines = flask_cli("findings", "list", tenant.slug).stdout.splitlines()

    assert len(lines) == 3
    assert any("modified" in line and "iosCompliancePolicy" in line and line.endswith("A") for line in lines)


@pytest.mark.parametrize("command", [("drift", "generate"), ("findings", "list")])
def test_an_unknown_tenant_is_a_wrong_call_and_is_named(flask_cli, tenant, command):
    result = flask_cli(*command, "imaginary", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "imaginary" in result.stderr
