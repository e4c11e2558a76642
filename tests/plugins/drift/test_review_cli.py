"""`flask findings`: acknowledging, taking back, and listing by where findings stand."""

import json

import pytest
from sqlalchemy import select

from app.core import db
from app.plugins.drift.models import FindingAcknowledgement
from tests.support.snapshots import compliance

FIELDS = {"passcodeMinimumLength": 4, "passcodeRequired": True}
CHANGED = {"passcodeMinimumLength": 6, "passcodeRequired": False}


@pytest.fixture
def found(take, compare, findings):
    """Two findings: `A` has two changed paths, `B` was removed."""
    compare(
        take({"a.json": compliance("A", **FIELDS), "b.json": compliance("B")}),
        take({"a.json": compliance("A", **CHANGED)}),
    )
    return {finding.display_name: finding.id for finding in findings()}


@pytest.fixture
def call(flask_cli, tenant):
    def run(command, *more):
        return flask_cli("findings", command, tenant.slug, *more)

    return run


def listed(call, *more):
    return {row["display_name"]: row for row in json.loads(call("list", *more, "--json").stdout)}


def test_findings_are_acknowledged_by_number_and_taken_back(call, found, only):
    said = call(
        "acknowledge", found["A"], "--reason", "Agreed", "--until", "2999-01-01", "--inline", "--json"
    )

    run = json.loads(said.stdout)
    assert (said.exit_code, run["run_type"], run["summary"]) == (
        0,
        "finding.acknowledge",
        {"acknowledged": 1},
    )
    row = listed(call)["A"]
    assert (row["status"], row["state"], row["revision"], row["line"]) == (
        "acknowledged",
        "acknowledged",
        1,
        "pair",
    )
    assert row["acknowledged_until"] == "2999-01-01T00:00:00+00:00"

    assert call("unacknowledge", found["A"], "--reason", "Too early").exit_code == 0
    assert only("A").status == "new"
    again = call("unacknowledge", found["A"])
    assert (again.exit_code, f"finding {found['A']}: It is not acknowledged" in again.stderr) == (2, True)


def test_one_path_is_acknowledged(call, found, only):
    said = call("acknowledge", found["A"], "--reason", "Agreed", "--path", "/passcodeRequired")

    assert said.exit_code == 0, said.output
    assert only("A").status == "new"
    given = db.session.scalars(select(FindingAcknowledgement)).one()
    assert (given.path, given.acknowledged_by) == ("/passcodeRequired", "system")


def test_all_new_ones_that_match_are_acknowledged(call, found, only):
    assert call("acknowledge", "--all", "--type", "mobileApp", "--reason", "x", "--inline").exit_code == 2

    said = call("acknowledge", "--all", "--type", "compliancePolicy", "--reason", "Agreed", "--inline")

    assert said.exit_code == 0, said.output
    assert {only(name).status for name in "AB"} == {"acknowledged"}


def test_the_list_shows_what_is_open_unless_it_is_asked_for_more(call, found, take, compare):
    compare(take({"a.json": compliance("A", **FIELDS)}), take({"b.json": compliance("B")}))

    assert listed(call, "--status", "resolved")["B"]["resolved_at"]
    assert "B" not in {name for name, row in listed(call).items() if row["change_kind"] == "removed"}
    assert {"A", "B"} <= listed(call, "--status", "all").keys()
    assert call("list", "--status", "shut").exit_code == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--reason", "x"], "give numbers of findings, or --all"),
        (["1", "--all", "--reason", "x"], "give numbers of findings, or --all"),
        (["999999", "--reason", "x"], "has no finding 999999"),
        (["--all", "--path", "/x", "--reason", "x"], "--path goes with the number of one finding"),
        (["1", "--reason", " "], "reason: say why"),
        (["1", "--reason", "x", "--until", "1999-01-01"], "until: 1999-01-01"),
        (["1"], "--reason"),
        (["0", "--reason", "x"], "0"),
    ],
)
def test_a_wrong_call_is_named_and_changes_nothing(call, found, more, said):
    result = call("acknowledge", *more, "--inline")

    assert result.exit_code == 2
    assert said in result.stderr
    assert db.session.scalars(select(FindingAcknowledgement)).all() == []
