"""Ignore rules as rows: made, previewed, over, switched off, removed; what they hide comes back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import InvalidInputError, PermissionDeniedError, clock, db
from app.core.audit import AuditLog
from app.core.users import Role, set_membership
from app.plugins.drift.findings import count_open_findings
from app.plugins.drift.glob import PathGlob
from app.plugins.drift.rules.editing import (
    add_rule,
    change_rule,
    remove_rule,
    switch_rule_off,
    switch_rule_on,
)
from app.plugins.drift.rules.preview import preview_of
from app.plugins.drift.rules.rule import key_of
from app.plugins.drift.rules.ruleset import count_hidden, find_rule, rules_of
from app.plugins.drift.rules.wish import RuleWish
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access


def wish(**fields):
    return RuleWish(**({"label": "Pilots", "reason": "They change daily.", "name": "Pilot *"} | fields))


@pytest.fixture
def drift(take, compare):
    """Compare two syncs in which a pilot and another policy change; again and again the same."""
    first = take({"a.json": compliance("Pilot 1", x=1), "b.json": compliance("Quay", x=1, description="o")})
    second = take({"a.json": compliance("Pilot 1", x=2), "b.json": compliance("Quay", x=2, description="n")})
    return lambda: compare(first, second)


def count_open(tenant):
    return sum(count_open_findings([tenant])[tenant.id].values())


@on_both_databases
def test_what_a_rule_hides_is_kept_counted_and_not_told(tenant, drift, drifted):
    key = key_of(add_rule(tenant, wish()))

    run = drift()

    assert drifted() == {("modified", "Quay")}
    assert drifted(is_hidden=True) == {("modified", "Pilot 1")}
    assert (count_hidden(tenant), count_open(tenant)) == ({key: 1}, 1)
    assert run.summary["hidden_by_rule"] == {key: 1}
    assert sum(run.summary["new_findings"].values()) == 1
    assert "Hidden by rule Pilots: findings 1, changes 0. They change daily." in run.summary["notes"]


def test_a_rule_hides_some_paths_and_leaves_the_others(tenant, drift, findings):
    add_rule(tenant, wish(name="", path="/desc*", collection="compliancePolicy"))

    drift()

    (quay,) = [finding for finding in findings() if finding.display_name == "Quay"]
    assert (quay.changed_paths, quay.hidden_paths) == (["/x"], ["/description"])


@on_both_databases
@pytest.mark.parametrize("give_up", [switch_rule_off, remove_rule])
def test_what_a_rule_hid_is_back_at_once_and_told_by_the_next_look(tenant, drift, drifted, give_up):
    key = key_of(add_rule(tenant, wish()))
    drift()

    give_up(tenant, key, reason="The pilot is over.")

    assert ("modified", "Pilot 1") in drifted()
    assert count_open(tenant) == 2
    again, third = drift(), drift()
    assert sum(again.summary["new_findings"].values()) == 1
    assert third.summary["new_findings"] == {}


@on_both_databases
def test_a_rule_whose_time_is_over_hides_no_more_from_the_next_look_on(tenant, drift, drifted):
    row = add_rule(tenant, wish(expires_on=clock.now().date()))
    drift()
    assert drifted(is_hidden=True) == {("modified", "Pilot 1")}
    row.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()

    run = drift()

    assert ("modified", "Pilot 1") in drifted()
    assert sum(run.summary["new_findings"].values()) == 1
    rule = find_rule(tenant, key_of(row))
    assert (rule.is_on, rule.is_over) == (False, True)


def test_a_changed_rule_is_its_next_version_and_lets_go_what_it_hid(tenant, drift, drifted):
    key = key_of(add_rule(tenant, wish()))
    drift()

    row = change_rule(tenant, key, wish(name="Quay"))

    assert row.version == 2
    assert len(drifted()) == 2
    drift()
    assert drifted(is_hidden=True) == {("modified", "Quay")}


def test_a_rule_of_a_plugin_is_seen_switched_off_and_on_like_any_other(tenant, take, compare, drifted):
    first = take({"a.json": conditional_access("[SharePoint admin center]Block", state="enabled")})
    second = take({"a.json": conditional_access("[SharePoint admin center]Block", state="disabled")})
    compare(first, second)
    assert drifted() == set()
    rule = find_rule(tenant, "sharepoint_admin_center")
    assert (rule.is_on, rule.row, rule.origin, rule.version) == (True, None, "drift", "1.0.0")

    switch_rule_off(tenant, rule.key, reason="We want to see it.")

    assert len(drifted()) == 1
    compare(first, second)
    assert len(drifted()) == 1
    switch_rule_on(tenant, rule.key)
    compare(first, second)
    assert drifted() == set()
    with pytest.raises(InvalidInputError, match="comes with a plugin"):
        remove_rule(tenant, rule.key)


def test_a_rule_switched_off_in_one_tenant_counts_in_another(tenant, make_tenant):
    other = make_tenant()

    switch_rule_off(tenant, "built_in")

    assert [find_rule(of, "built_in").is_on for of in (tenant, other)] == [False, True]


def test_a_rule_for_all_tenants_counts_where_its_maker_is_owner(tenant, make_tenant, make_user):
    owner = make_user(tenant=tenant, role=Role.OWNER)
    here, there, elsewhere = tenant, make_tenant(), make_tenant()
    set_membership(owner, there, Role.OWNER)
    set_membership(owner, elsewhere, Role.MANAGER)

    key = key_of(add_rule(tenant, wish(everywhere=True), owner))

    assert [find_rule(of, key) is not None for of in (here, there, elsewhere)] == [True, True, False]
    set_membership(owner, there, Role.READONLY)
    assert find_rule(there, key) is None


def test_only_an_owner_makes_a_rule_for_all_tenants_and_only_its_owner_changes_it(tenant, make_user):
    manager = make_user(tenant=tenant, role=Role.MANAGER)
    owner = make_user(tenant=tenant, role=Role.OWNER)
    for user in (manager, None):
        with pytest.raises(PermissionDeniedError):
            add_rule(tenant, wish(everywhere=True), user)
    key = key_of(add_rule(tenant, wish(everywhere=True), owner))

    with pytest.raises(PermissionDeniedError):
        remove_rule(tenant, key, manager)

    switch_rule_off(tenant, key, manager, reason="Not here.")
    assert not find_rule(tenant, key).is_on


def test_another_tenants_rule_does_not_exist_here(tenant, make_tenant):
    key = key_of(add_rule(make_tenant(), wish()))

    assert key not in {rule.key for rule in rules_of(tenant)}
    for act in (switch_rule_off, switch_rule_on, remove_rule):
        with pytest.raises(InvalidInputError, match="has no ignore rule"):
            act(tenant, key)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "it would hide everything"),
        ({"path": "description"}, "begins with neither"),
    ],
)
def test_a_rule_that_would_hide_too_much_or_nothing_is_refused(tenant, fields, words):
    with pytest.raises(InvalidInputError, match=words):
        add_rule(tenant, wish(**fields))

    assert [rule for rule in rules_of(tenant) if rule.row] == []


def test_every_change_is_in_the_audit_log_with_who_and_why(tenant, make_user):
    user = make_user(tenant=tenant, role=Role.MANAGER)
    key = key_of(add_rule(tenant, wish(), user))
    change_rule(tenant, key, wish(path="/x"), user)
    switch_rule_off(tenant, key, user, reason="first")
    switch_rule_on(tenant, key, user, reason="second")
    remove_rule(tenant, key, user, reason="third")

    query = select(AuditLog).where(AuditLog.subject == f"drift_rule:{key}").order_by(AuditLog.id)
    entries = db.session.scalars(query).all()
    assert [entry.action.removeprefix("drift_rule.") for entry in entries] == [
        "added",
        "changed",
        "switched_off",
        "switched_on",
        "removed",
    ]
    assert {entry.actor for entry in entries} == {user.email}
    assert entries[0].details["reason"] == "They change daily."
    assert [entry.details["reason"] for entry in entries[2:]] == ["first", "second", "third"]


@on_both_databases
def test_a_preview_counts_what_a_rule_would_hide(tenant, drift):
    drift()

    whole, partly, none = (
        preview_of(tenant, wish(**fields))
        for fields in ({}, {"name": "", "path": "/description"}, {"name": "Nobody"})
    )

    assert (whole.hidden, whole.partly, whole.of, whole.names) == (1, 0, 2, ["Pilot 1"])
    assert (partly.hidden, partly.partly, partly.of) == (0, 1, 2)
    assert (none.hidden, none.partly) == (0, 0)


@pytest.mark.parametrize(
    ("glob", "path", "covers"),
    [
        ("/a/*/c", "/a/b/c", True),
        ("/a/*/c", "/a/b/b/c", False),
        ("/a/**", "/a/b/b/c", True),
        ("/a/**", "/a", False),
        ("**/c", "/a/b/c", True),
        ("/a?", "/ab", True),
        ("/a?", "/a/", False),
        ("/settings[[]x]", "/settings[x]", False),
        ("/settings[x]/*", "/settings[x]/value", True),
        ("**", "", True),
        ("", "/a", False),
    ],
)
def test_a_glob_stands_for_whole_paths(glob, path, covers):
    assert PathGlob(glob).covers(path) is covers


def test_no_glob_takes_long(tenant):
    add_rule(tenant, wish(name="*a" * 99 + "b", path="/" + "**a*" * 70))
    pattern = find_rule(tenant, rules_of(tenant)[-1].key).what
    began = clock.ticks()

    assert re.fullmatch(pattern.name, "a" * 600) is None
    assert not PathGlob(pattern.path).covers("/" + "a" * 60 + "/b" * 120)
    assert clock.ticks() - began < 5
