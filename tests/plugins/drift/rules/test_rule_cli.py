"""`flask drift rules`: what the pages do, by somebody who administers the hub."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock, db
from app.core.audit import AuditLog
from app.core.users import Role
from app.plugins.drift.rules.editing import add_rule
from app.plugins.drift.rules.rule import key_of
from app.plugins.drift.rules.ruleset import find_rule, rules_of
from app.plugins.drift.rules.wish import RuleWish
from tests.support.snapshots import compliance


def wish(**fields):
    return RuleWish(**({"label": "Pilots", "reason": "They change daily.", "name": "Pilot *"} | fields))


@pytest.fixture
def rule(tenant):
    """The key of a rule that counts until tomorrow, as its last day."""
    return key_of(add_rule(tenant, wish(expires_on=clock.now().date() + timedelta(days=1))))


@pytest.fixture
def drift_rules(flask_cli, tenant):
    """What `flask drift rules` does in the tenant: `drift_rules("edit", key, "--name", "Probe *")`."""

    def run(command, *arguments):
        result = flask_cli("drift", "rules", command, tenant.slug, *arguments)
        db.session.expire_all()
        return result

    return run


def actions(key):
    query = select(AuditLog).where(AuditLog.subject == f"drift_rule:{key}").order_by(AuditLog.id)
    return [(entry.action.removeprefix("drift_rule."), entry.actor) for entry in db.session.scalars(query)]


def test_a_rule_is_previewed_made_listed_and_removed(drift_rules, tenant, take, compare):
    compare(take({"a.json": compliance("Pilot 1", x=1)}), take({"a.json": compliance("Pilot 1", x=2)}))
    wanted = ("--label", "Pilots", "--reason", "Daily.", "--name", "Pilot *", "--until", "2999-12-31")

    assert "Would hide 1 of 1 open findings" in drift_rules("add", *wanted, "--preview").stdout
    assert not [rule for rule in rules_of(tenant) if rule.row]
    made = drift_rules("add", *wanted)
    listed = json.loads(drift_rules("list", "--json").stdout)[-1]

    assert made.stdout == f"Rule {listed['key']}: added.\n"
    assert (listed["label"], listed["path"], listed["expires_at"][:10]) == ("Pilots", "**", "3000-01-01")
    assert drift_rules("remove", listed["key"]).stdout == f"Rule {listed['key']}: removed.\n"
    assert find_rule(tenant, listed["key"]) is None


def test_reason_last_day_and_name_are_changed_and_the_rest_stays(drift_rules, tenant, rule):
    before = find_rule(tenant, rule)
    day = clock.now().date() + timedelta(days=30)

    edited = drift_rules("edit", rule, "--reason", "Weekly.", "--until", f"{day}", "--name", "Probe *")

    assert edited.stdout == f"Rule {rule}: changed, version 2.\n"
    after = find_rule(tenant, rule)
    assert (after.what.reason, after.name, after.expires_at.date()) == (
        "Weekly.",
        "Probe *",
        day + timedelta(days=1),
    )
    assert (after.what.label, after.what.path, after.origin) == ("Pilots", before.what.path, before.origin)
    assert actions(rule) == [("added", "system"), ("changed", "system")]


def test_what_is_not_named_stays_also_the_last_day(drift_rules, tenant, rule):
    until = find_rule(tenant, rule).expires_at

    drift_rules("edit", rule, "--reason", "Weekly.")

    assert find_rule(tenant, rule).expires_at == until
    assert find_rule(tenant, rule).name == "Pilot *"


def test_an_empty_last_day_is_none_and_a_number_is_enough(drift_rules, tenant, rule):
    assert drift_rules("edit", rule.removeprefix("rule-"), "--until", "").exit_code == 0

    assert find_rule(tenant, rule).expires_at is None


def test_a_changed_rule_is_previewed_first(drift_rules, tenant, rule, take, compare):
    compare(take({"a.json": compliance("Quay", x=1)}), take({"a.json": compliance("Quay", x=2)}))

    told = drift_rules("edit", rule, "--name", "Quay", "--preview").stdout

    assert "Would hide 1 of 1 open findings" in told
    assert find_rule(tenant, rule).version == "1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say what to change"),
        (("--name", ""), "it would hide everything"),
        (("--path", "x"), "begins with neither"),
        (("--reason", ""), "reason: "),
        (("--until", "2001-01-01"), "this day is over"),
        (("--until", "soon"), "expires_on: "),
    ],
)
def test_a_change_that_cannot_be_is_refused_as_on_the_page(drift_rules, tenant, rule, arguments, words):
    refused = drift_rules("edit", rule, *arguments)

    assert (refused.exit_code, words in refused.stderr) == (2, True), refused.stderr
    assert find_rule(tenant, rule).version == "1"
    assert actions(rule) == [("added", "system")]


def test_a_rule_whose_time_is_over_is_changed_with_another_last_day_only(drift_rules, tenant, rule):
    find_rule(tenant, rule).row.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()

    assert "this day is over" in drift_rules("edit", rule, "--reason", "Weekly.").stderr
    assert drift_rules("edit", rule, "--reason", "Weekly.", "--until", "2999-12-31").exit_code == 0
    assert find_rule(tenant, rule).is_on


def test_rules_of_plugins_of_others_and_of_all_tenants_are_not_edited(
    drift_rules, tenant, make_tenant, make_user
):
    theirs = key_of(add_rule(make_tenant(), wish()))
    owner = make_user(tenant=tenant, role=Role.OWNER)
    everywhere = key_of(add_rule(tenant, wish(everywhere=True), owner))

    for key, words in (
        ("built_in", "comes with a plugin"),
        (theirs, "has no ignore rule"),
        ("999999999999", "has no ignore rule"),
        (everywhere, "only an owner"),
    ):
        refused = drift_rules("edit", key, "--reason", "Weekly.")
        assert refused.exit_code != 0
        assert words in refused.stderr
    assert find_rule(tenant, everywhere).version == "1"


def test_a_rule_is_switched_off_and_on_with_a_reason(drift_rules, tenant):
    off = drift_rules("disable", "built_in", "--reason", "We want to see them.")
    assert off.stdout == "Rule built_in: switched off.\n"
    assert find_rule(tenant, "built_in").switched_off == "We want to see them."

    assert drift_rules("enable", "built_in").stdout == "Rule built_in: switched on.\n"
    assert find_rule(tenant, "built_in").is_on
    assert actions("built_in") == [("switched_off", "system"), ("switched_on", "system")]
