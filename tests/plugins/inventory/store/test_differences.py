"""What differs between two syncs, read from the versions that began or ended between them."""

from app.core import db
from app.plugins.inventory.store.differences import differences_between
from app.plugins.inventory.store.snapshots import unread_in
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases
from tests.support.stored import TRUNCATED, Store, policy

pytestmark = on_both_databases


def told(baseline, current):
    """{(name before, text before, name after, text after)}."""
    return {
        (*side(difference.before), *side(difference.after))
        for difference in differences_between(baseline, current)
    }


def side(one):
    return (None, None) if one is None else (one.display_name, one.content_hash)


def test_added_removed_and_changed_policies_differ_and_others_do_not(store):
    first = store.take([policy("same"), policy("changed", "x"), policy("gone", "x")])
    second = store.take([policy("same"), policy("changed", "y"), policy("new", "x")])

    assert told(first, second) == {
        ("changed", "changed: x", "changed", "changed: y"),
        ("gone", "gone: x", None, None),
        (None, None, "new", "new: x"),
    }


def test_a_comparison_backwards_swaps_the_sides(store):
    first = store.take([policy("same"), policy("changed", "x"), policy("gone", "x")])
    second = store.take([policy("same"), policy("changed", "y")])

    assert told(second, first) == {
        ("changed", "changed: y", "changed", "changed: x"),
        (None, None, "gone", "gone: x"),
    }


def test_a_policy_that_changed_and_changed_back_does_not_differ(store):
    first = store.take([policy("A", "x"), policy("B")])
    second = store.take([policy("A", "y"), policy("B")])
    third = store.take([policy("A", "x"), policy("B")])

    assert told(first, third) == told(third, first) == set()
    assert len(told(first, second)) == len(told(second, third)) == 1


def test_a_policy_that_went_and_came_back_does_not_differ(store):
    first = store.take([policy("A"), policy("B")])
    store.take([policy("A")])
    third = store.take([policy("A"), policy("B")])

    assert told(first, third) == set()


def test_a_policy_that_was_there_only_in_between_does_not_differ(store):
    first = store.take([policy("A")])
    store.take([policy("A"), policy("B")])
    third = store.take([policy("A")])

    assert told(first, third) == set()


def test_several_changes_in_between_are_one_difference(store):
    first = store.take([policy("A", "1")])
    for text in ("2", "3"):
        store.take([policy("A", text)])
    last = store.take([policy("A", "4")])

    assert told(first, last) == {("A", "A: 1", "A", "A: 4")}


def test_two_scopes_do_not_mix(store):
    other = Store(store.tenant, scope="another")
    first = store.take([policy("A", "x")])
    other.take([policy("A", "y")])
    other.take([policy("A", "z")])

    assert told(first, store.take([policy("A", "x")])) == set()


def test_a_rename_of_a_known_graph_id_is_one_difference(store):
    first = store.take([policy("Old", graph_id="id-1")])
    second = store.take([policy("New", graph_id="id-1")])

    (difference,) = differences_between(first, second)
    assert (difference.before.display_name, difference.after.display_name) == ("Old", "New")
    assert difference.external_id == "id-1"


def test_one_query_that_walks_the_interval_indexes_finds_them(store):
    unchanged = [policy(f"P{number:03}") for number in range(300)]
    first = store.take([*unchanged, policy("A", "x")])
    second = store.take([*unchanged, policy("A", "y")])

    with asking() as asked:
        found = list(differences_between(first, second))

    assert len(found) == 1
    sent = [one for one in asked if "inventory_versions" in one.statement]
    assert len(sent) == 1, sent
    if db.engine.dialect.name == "sqlite":
        plan = plan_of(sent[0])
        assert not [step for step in plan if "SCAN inventory_" in step], plan


def test_what_a_partial_read_did_not_see_is_named_with_its_collection(store):
    first = store.take([policy("A"), policy("B"), policy("L", collection="namedLocation")])
    partial = store.take(
        [policy("A"), policy("L", collection="namedLocation")], states={"compliancePolicy": TRUNCATED}
    )

    assert told(first, partial) == set()
    assert list(unread_in(partial).values()) == ["compliancePolicy"]
    assert unread_in(first) == {}
