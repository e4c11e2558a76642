import json

import pytest

from app.plugins.inventory.compare import LeafKind, SealedValue, changes_between
from app.plugins.inventory.policies import lists


def told(changes):
    return [(change.path, str(change.kind), change.before, change.after) for change in changes]


def test_a_changed_leaf_is_named_by_its_path(rules):
    found = changes_between({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, rules)

    assert told(found) == [("/a/c", "changed", 2, 3)]


def test_an_added_object_yields_its_leaves(rules):
    found = changes_between({}, {"a": {"b": {"c": 1}, "d": {}}}, rules)

    assert told(found) == [("/a/b/c", "added", None, 1), ("/a/d", "added", None, {})]


def test_a_removed_list_yields_its_members(rules):
    found = changes_between({"a": ["x", "y"]}, {}, rules)

    assert told(found) == [('/a["x"]', "removed", "x", None), ('/a["y"]', "removed", "y", None)]


def test_members_of_a_set_are_named_by_their_value(rules):
    before = {"conditions": {"users": {"excludeGroups": ["g1", "g2"]}}}
    after = {"conditions": {"users": {"excludeGroups": ["g2", "g3"]}}}

    found = changes_between(before, after, rules)

    assert told(found) == [
        ('/conditions/users/excludeGroups["g1"]', "removed", "g1", None),
        ('/conditions/users/excludeGroups["g3"]', "added", None, "g3"),
    ]


def test_keyed_elements_are_matched_wherever_they_stand(rules):
    before = {
        "settings": [{"settingDefinitionId": "x", "value": 1}, {"settingDefinitionId": "y", "value": 2}]
    }
    after = {"settings": [{"settingDefinitionId": "y", "value": 2}, {"settingDefinitionId": "x", "value": 9}]}

    found = changes_between(before, after, rules)

    assert told(found) == [("/settings[x]/value", "changed", 1, 9)]
    assert found[0].names == ("settings", "value")
    assert found[0].keys == ("x",)


def test_ordered_lists_are_compared_by_position(rules):
    found = changes_between({"onDemandRules": ["a", "b"]}, {"onDemandRules": ["b", "a", "c"]}, rules)

    assert told(found) == [
        ("/onDemandRules[0]", "changed", "a", "b"),
        ("/onDemandRules[1]", "changed", "b", "a"),
        ("/onDemandRules[2]", "added", None, "c"),
    ]


def test_unordered_lists_in_another_order_are_no_change(rules):
    assert changes_between({"a": [1, 2, {"b": 3}]}, {"a": [{"b": 3}, 2, 1]}, rules) == []


def test_elements_of_one_key_cancel_out_and_the_rest_are_told_apart(rules):
    before = {"settings": [{"settingDefinitionId": "x", "value": value} for value in (1, 2, 3)]}
    after = {"settings": [{"settingDefinitionId": "x", "value": value} for value in (4, 2, 5)]}

    found = changes_between(before, after, rules)

    assert told(found) == [("/settings[x]/value", "changed", 1, 4), ("/settings[x~2]/value", "changed", 3, 5)]


def test_elements_without_a_key_are_counted(rules):
    found = changes_between({"a": [{"b": 1}, {"b": 1}]}, {"a": [{"b": 1}]}, rules)

    assert told(found) == [("/a[~1]/b", "removed", 1, None)]


def test_a_repeated_scalar_is_counted(rules):
    assert told(changes_between({"a": ["x"]}, {"a": ["x", "x"]}, rules)) == [('/a["x"]', "added", None, "x")]


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), ("1", 1), (None, 0)])
def test_values_of_different_types_are_different(rules, before, after):
    deep = changes_between({"a": {"b": [{"c": before}]}}, {"a": {"b": [{"c": after}]}}, rules)

    assert told(deep) == [("/a/b[~1]/c", "changed", before, after)]


def test_a_number_is_compared_by_value(rules):
    assert changes_between({"a": {"b": 1}}, {"a": {"b": 1.0}}, rules) == []


def test_a_branch_that_becomes_a_leaf_is_shown_as_removed_and_added(rules):
    found = changes_between({"a": {"b": 1}}, {"a": "x"}, rules)

    assert told(found) == [("/a", "added", None, "x"), ("/a/b", "removed", 1, None)]


def test_an_object_that_becomes_a_list_is_shown_as_removed_and_added(rules):
    found = changes_between({"a": {"b": 1}}, {"a": [5]}, rules)

    assert told(found) == [("/a/b", "removed", 1, None), ("/a[5]", "added", None, 5)]


def test_a_changed_secret_says_so_and_shows_no_seal(rules):
    before = {"value": {"$secret": "aa11", "kind": "payload", "lines": 12}}
    after = {"value": {"$secret": "bb22", "kind": "payload", "lines": 1}}

    (change,) = changes_between(before, after, rules)

    assert change.path == "/value"
    assert change.is_secret
    assert (str(change.before), str(change.after)) == (
        "secret value (payload, 12 lines)",
        "secret value (payload, 1 line)",
    )
    assert "aa11" not in repr(change)
    assert "bb22" not in repr(change)


def test_of_a_script_no_more_than_the_start_of_its_keyed_digest_is_shown(rules):
    seals = ["0123456789ab" + digit * 52 for digit in "cd"]
    before, after = ({"value": {"$secret": seal, "kind": "script", "lines": 2}} for seal in (*seals,))

    (change,) = changes_between(before, after, rules)

    assert str(change.before) == "secret value (script, 2 lines, digest 0123456789ab)"
    assert "abc" not in repr(change)


def test_an_unchanged_secret_is_no_change(rules):
    sealed = {"value": {"$secret": "aa11", "kind": "password"}}

    assert changes_between(sealed, json.loads(json.dumps(sealed)), rules) == []


@pytest.mark.parametrize("other", [{}, {"b": 1}, "plain", [1]])
def test_a_secret_is_never_opened_when_the_other_side_is_something_else(rules, other):
    found = changes_between({"a": {"$secret": "aa11", "kind": "password"}}, {"a": other}, rules)

    assert any(change.before == SealedValue("password") for change in found)
    assert "aa11" not in repr(found)


def test_a_property_named_like_a_seal_hides_nothing_beside_it(rules):
    before, after = ({"$secret": "aa11", "a": {"$secret": "x", "b": value}} for value in (1, 2))

    assert told(changes_between(before, after, rules)) == [("/a/b", "changed", 1, 2)]
    assert told(changes_between({}, {"$secret": "aa11"}, rules)) == [("/$secret", "added", None, "aa11")]


def test_an_added_secret_in_a_list_is_shown_by_its_kind(rules):
    found = changes_between({}, {"a": [{"$secret": "aa11", "kind": "password"}]}, rules)

    assert told(found) == [("/a[~1]", "added", None, SealedValue("password"))]


def test_names_with_separators_are_escaped_in_paths(rules):
    (change,) = changes_between({}, {"a/b~c": 1}, rules)

    assert change.path == "/a~1b~0c"
    assert change.names == ("a/b~c",)


def test_a_long_member_is_cut_in_its_path(rules):
    (change,) = changes_between({}, {"a": ["y" * 5_000]}, rules)

    assert len(change.path) < 200
    assert change.after == "y" * 5_000


def test_changes_come_ordered_by_path(rules):
    found = changes_between({"z": 1, "a": 1, "m": {"b": 1}}, {"a": 2, "m": {"b": 2}, "k": 1}, rules)

    assert [change.path for change in found] == ["/a", "/k", "/m/b", "/z"]


def test_inventorys_own_rules_fit():
    before = {
        "assignments": [{"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g"}}]
    }

    found = changes_between(before, {}, lists)

    assert [change.names for change in found] == [
        ("assignments", "target", "@odata.type"),
        ("assignments", "target", "groupId"),
    ]


def test_a_certificate_is_one_leaf_that_shows_its_thumbprint(rules):
    before, after = ({"root": {"$thumbprint": mark * 40, "kind": "certificate"}} for mark in "AB")

    (changed,) = changes_between(before, after, rules)
    (gone,) = changes_between(before, {}, rules)

    assert (changed.path, changed.before, changed.after) == (
        "/root",
        f"certificate {'A' * 40}",
        f"certificate {'B' * 40}",
    )
    assert (gone.path, gone.kind) == ("/root", LeafKind.REMOVED)
