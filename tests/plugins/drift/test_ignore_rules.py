"""Ignore rules of another plugin: what they hide is counted, and one that raises hides nothing."""

import pytest

from app.core import current_catalog
from app.core.registry.extensions import IgnoreRule
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

RULES = r"""
from app.core import IgnoreRule, Plugin

def raises(content):
    if content.get("raises"):
        raise LookupError("password=hunter2")
    return content.get("hidden") is True

def writes(content):
    content["planted"] = True

rules = (
    IgnoreRule(key="descriptions", label="Descriptions", reason="Nobody minds.",
               policy_types=("compliancePolicy",), path="/description"),
    IgnoreRule(key="nested", label="Nested", reason="Nobody minds.", path="/inner/*/noise"),
    IgnoreRule(key="deep", label="Deep", reason="Nobody minds.", path="/deep/**"),
    IgnoreRule(key="pilots", label="Pilots", reason="Pilots change daily.", name=r"Pilot .*"),
    IgnoreRule(key="fragile", label="Fragile", reason="It says so.",
               policy_types=("compliancePolicy",), only_if=raises),
    IgnoreRule(key="greedy", label="Greedy", reason="It writes.",
               policy_types=("namedLocation",), only_if=writes),
)
plugin = Plugin(name="quiet", version="1", ignore_rules=rules)
"""


@pytest.fixture(autouse=True)
def _quiet(drop_in):
    drop_in("quiet", RULES)


@pytest.fixture
def change(take, compare):
    """Generate drift between two versions of some policies."""

    def compared(before, after):
        syncs = [take({f"{n}.json": body for n, body in enumerate(side)}) for side in (before, after)]
        return compare(*syncs)

    return compared


@on_both_databases
def test_a_finding_of_hidden_changes_alone_is_hidden_and_counted(change, drifted, findings):
    run = change(
        [compliance("A", description="old"), compliance("B", description="old", x=1)],
        [compliance("A", description="new"), compliance("B", description="new", x=2)],
    )

    assert drifted() == {("modified", "B")}
    (hidden,) = findings(is_hidden=True)
    assert (hidden.display_name, hidden.hidden_by) == ("A", "descriptions")
    assert hidden.changed_paths == ["/description"]
    assert run.summary["hidden_by_rule"] == {"descriptions": 1}
    assert run.summary["hidden_changes_by_rule"] == {"descriptions": 2}
    assert run.summary["findings"]["modified"] == 1
    assert run.summary["notes"] == ["Hidden by rule Descriptions: findings 1, changes 2. Nobody minds."]
    assert run.status == "completed"


def test_a_finding_shows_only_the_changes_that_no_rule_hides(change, findings):
    change([compliance("B", description="old", x=1)], [compliance("B", description="new", x=2)])

    (finding,) = findings()
    assert (finding.changed_paths, finding.hidden_paths) == (["/x"], ["/description"])
    assert [entry["path"] for entry in finding.evidence["entries"]] == ["/x"]


def test_a_rule_is_about_its_policy_types_only(change, drifted):
    run = change([conditional_access("C", description="old")], [conditional_access("C", description="new")])

    assert drifted() == {("modified", "C")}
    assert run.summary["hidden_by_rule"] == run.summary["hidden_changes_by_rule"] == {}


@pytest.mark.parametrize(
    ("path", "is_hidden"),
    [
        (("inner", "a", "noise"), True),
        (("inner", "a", "b", "noise"), False),
        (("inner", "noise"), False),
        (("inner", "a", "noise2"), False),
        (("deep", "a"), True),
        (("deep", "a", "b"), True),
        (("other", "deep", "a"), False),
    ],
)
def test_a_star_stands_for_one_step_and_two_for_any(change, drifted, path, is_hidden):
    def body(value):
        for step in reversed(path):
            value = {step: value}
        return compliance("A", **value)

    change([body("old")], [body("new")])

    assert drifted() == (set() if is_hidden else {("modified", "A")})


def test_a_rule_without_a_path_hides_a_policy_that_comes_or_goes(change, drifted):
    run = change(
        [compliance("A"), compliance("Pilot 1"), compliance("Pilot 2"), compliance("No Pilot 3")],
        [compliance("A"), compliance("Pilot 1", x=1), compliance("Pilot 4")],
    )

    assert drifted() == {("removed", "No Pilot 3")}
    assert run.summary["hidden_by_rule"] == {"pilots": 3}


def test_a_policy_renamed_into_a_rule_is_a_finding(change, drifted):
    change([compliance("Real", id="1")], [compliance("Pilot 1", id="1")])

    assert drifted() == {("modified", "Pilot 1")}


def test_a_rule_hides_where_its_function_says_so(change, drifted):
    run = change([compliance("A", hidden=True, x=1)], [compliance("A", hidden=True, x=2)])

    assert drifted() == set()
    assert run.summary["hidden_by_rule"] == {"fragile": 1}


@on_both_databases
def test_a_rule_that_raises_hides_nothing_and_is_reported_on_the_run(change, drifted, caplog):
    run = change(
        [compliance("A", raises=1, hidden=True), compliance("B", raises=1), compliance("C", hidden=True)],
        [
            compliance("A", raises=2, hidden=True),
            compliance("B", raises=2),
            compliance("C", hidden=True, x=1),
        ],
    )

    assert drifted() == {("modified", "A"), ("modified", "B")}
    (entry,) = run.failures
    assert (run.status, entry["reason_code"]) == ("completed_with_errors", "ignore_rule_failed")
    assert "The ignore rule Fragile of plugin quiet failed on policies (2 x LookupError)" in entry["reason"]
    assert "hunter2" not in entry["reason"]
    assert "ignore rule fragile of plugin quiet failed" in caplog.text
    assert run.summary["hidden_by_rule"] == {"fragile": 1}


def test_a_rule_that_writes_changes_nothing(change, findings):
    run = change(
        [{"displayName": "N", "ipRanges": [], "isTrusted": False}],
        [{"displayName": "N", "ipRanges": [], "isTrusted": True}],
    )

    (finding,) = findings()
    assert finding.changed_paths == ["/isTrusted"]
    assert run.failures[0]["reason_code"] == "ignore_rule_failed"


def test_what_was_found_before_a_rule_came_is_hidden_by_the_next_look(
    tenant, take, compare, drifted, make_app
):
    first = take({"a.json": compliance("Pilot 1", x=1)})
    second = take({"a.json": compliance("Pilot 1", x=2)})
    without = make_app(plugins_disabled={"quiet"}).test_cli_runner().invoke
    told = ("drift", "generate", tenant.slug, "--inline")
    assert without(*told).exit_code == 0
    assert drifted() == {("modified", "Pilot 1")}

    run = compare(first, second)

    assert run.summary["hidden_by_rule"] == {"pilots": 1}
    assert drifted() == set()
    assert drifted(is_hidden=True) == {("modified", "Pilot 1")}


def test_what_is_hidden_stands_on_the_page_of_the_run(change, browser, tenant):
    run = change([compliance("Pilot 1", x=1)], [compliance("Pilot 1", x=2)])

    page = browser.get(f"/t/{tenant.slug}/monitoring/operations/{run.id}").text

    assert "Hidden by rule Pilots: findings 1, changes 0. Pilots change daily." in page
    assert "1 pilots" in page


def test_the_rules_of_the_product_are_declared_like_any_other(app):
    found = current_catalog().declared(IgnoreRule)

    assert [key for key, one in found.items() if one.plugin == "drift"] == [
        "sharepoint_admin_center",
        "microsoft_managed",
        "built_in",
    ]
