"""The pages of ignore rules: everybody looks, managers act, and other tenants' rules are not there."""

import pytest
from sqlalchemy import select

from app.core import db
from app.core.audit import AuditLog
from app.core.users import Role
from app.plugins.drift.rules.editing import add_rule
from app.plugins.drift.rules.rule import key_of
from app.plugins.drift.rules.ruleset import rules_of
from app.plugins.drift.rules.wish import RuleWish
from tests.support.snapshots import compliance

WISH = {"label": "Pilots", "reason": "They change daily.", "path": "**", "name": "Pilot *"}


@pytest.fixture
def manager(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.MANAGER))


@pytest.fixture
def rules(tenant):
    return f"/t/{tenant.slug}/drift/rules"


def of_people(tenant):
    return [rule for rule in rules_of(tenant) if rule.row]


def test_rules_of_plugins_are_listed_with_their_version(browser, rules):
    page = browser.get(rules).text

    assert "SharePoint admin center" in page
    assert "Plugin drift, version 1.0.0" in page
    assert "Switch off" not in page, "an operator only looks"


def test_a_rule_is_previewed_then_made(manager, rules, tenant, take, compare):
    compare(take({"a.json": compliance("Pilot 1", x=1)}), take({"a.json": compliance("Pilot 1", x=2)}))

    shown = manager.submit(f"{rules}/new", {**WISH, "do": "preview"})
    assert "Would hide 1 of 1 open findings" in shown.text
    assert of_people(tenant) == []
    made = manager.submit(f"{rules}/new", {**WISH, "do": "save"})

    assert made.status_code == 302
    assert [rule.what.label for rule in of_people(tenant)] == ["Pilots"]


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"name": ""}, {"path": "x"}, {"expires_on": "2001-01-01"}, {"label": ""}]
)
def test_a_rule_that_cannot_be_is_refused_with_what_was_typed(manager, rules, tenant, wrong):
    answer = manager.submit(f"{rules}/new", {**WISH, **wrong, "do": "save"})

    assert answer.status_code == 422
    assert of_people(tenant) == []


def test_a_rule_is_edited_switched_and_removed(manager, rules, tenant):
    key = key_of(add_rule(tenant, RuleWish(**WISH)))

    assert "Pilot *" in manager.get(f"{rules}/{key}/edit").text
    manager.submit(f"{rules}/{key}/edit", {**WISH, "name": "Probe *", "do": "save"})
    manager.submit(f"{rules}/{key}/switch", {"do": "off", "reason": "Enough."})
    (rule,) = of_people(tenant)
    assert (rule.name, rule.version, rule.switched_off) == ("Probe *", "2", "Enough.")
    assert manager.submit(f"{rules}/{key}/switch", {"do": "melt"}).status_code == 400
    manager.submit(f"{rules}/{key}/switch", {"do": "remove"})

    assert of_people(tenant) == []


def test_who_is_no_manager_changes_nothing(browser, rules, tenant):
    key = key_of(add_rule(tenant, RuleWish(**WISH)))

    answers = [
        browser.get(f"{rules}/new"),
        browser.submit(f"{rules}/new", {**WISH, "do": "save"}),
        browser.submit(f"{rules}/{key}/switch", {"do": "remove"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len(of_people(tenant)) == 1


def test_another_tenants_rule_and_none_are_refused_alike_and_noted(manager, rules, tenant, make_tenant):
    theirs = key_of(add_rule(make_tenant(), RuleWish(**WISH)))

    for key in (theirs, "rule-999999", "nothing"):
        assert manager.submit(f"{rules}/{key}/switch", {"do": "off"}).status_code == 403

    entries = db.session.scalars(select(AuditLog).where(AuditLog.action == "drift_rule.refused")).all()
    assert len(entries) == 3
    assert {entry.tenant_id for entry in entries} == {tenant.id}


def test_the_form_shows_the_last_day_and_saved_as_it_is_changes_none(manager, rules, tenant):
    key = key_of(add_rule(tenant, RuleWish(**WISH, expires_on="2999-12-30")))

    assert 'value="2999-12-30"' in manager.get(f"{rules}/{key}/edit").text
    manager.submit(f"{rules}/{key}/edit", {**WISH, "expires_on": "2999-12-30", "do": "save"})

    (rule,) = of_people(tenant)
    assert f"{rule.expires_at:%Y-%m-%d}" == "2999-12-31"
