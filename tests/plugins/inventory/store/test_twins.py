"""Documents that share one identity."""

from collections import Counter

from app.plugins.inventory.models import InventoryPolicy, InventoryVersion
from app.plugins.inventory.store.differences import differences_between
from app.plugins.inventory.store.snapshots import policies_at
from tests.support.databases import on_both_databases
from tests.support.stored import policy, rows

pytestmark = on_both_databases


def kinds(baseline, current):
    return Counter(
        "added" if one.before is None else "removed" if one.after is None else "modified"
        for one in differences_between(baseline, current)
    )


def named(sync):
    return sorted((row.external_id, row.display_name) for row in policies_at(sync))


def twins(*names):
    return [policy(name, graph_id="shared") for name in names]


def test_two_documents_of_one_graph_id_are_both_kept_and_told_apart_by_name(store):
    sync = store.take(twins("A", "B"))

    assert named(sync) == [("shared", "A"), ("shared", "B")]
    assert {row.twin for row in policies_at(sync)} == {"", "B"}


def test_they_are_matched_by_name_whatever_their_order(store):
    first = store.take(twins("A", "B"))
    second = store.take(twins("B", "A"))

    assert kinds(first, second) == {}
    assert rows(InventoryVersion) == 2


def test_the_first_of_them_that_goes_takes_nothing_with_it(store):
    first = store.take(twins("A", "B"))
    second = store.take(twins("B"))

    (gone,) = differences_between(first, second)
    assert (gone.before.display_name, gone.after) == ("A", None)


def test_one_that_comes_back_is_no_difference(store):
    first = store.take(twins("A", "B"))
    store.take(twins("B"))
    third = store.take(twins("A", "B"))

    assert kinds(first, third) == {}


def test_one_that_comes_back_alone_is_still_matched_by_its_name(store):
    first = store.take([*twins("A", "B"), policy("other")])
    store.take([policy("other")])
    third = store.take([*twins("B"), policy("other")])

    (gone,) = differences_between(first, third)
    assert (gone.before.display_name, gone.after) == ("A", None)


def test_a_rename_of_one_of_them_is_one_difference(store):
    first = store.take(twins("A", "B"))
    second = store.take(twins("A", "C"))

    (renamed,) = differences_between(first, second)
    assert (renamed.before.display_name, renamed.after.display_name) == ("B", "C")


def test_an_equal_id_of_another_type_is_another_policy(store):
    sync = store.take(
        [policy("A", graph_id="shared"), policy("A", graph_id="shared", collection="namedLocation")]
    )

    assert rows(InventoryPolicy) == 2
    assert [row.collection for row in policies_at(sync)] == ["compliancePolicy", "namedLocation"]


def test_twins_of_one_name_are_matched_by_what_they_say(store):
    both = [policy("A", "x", graph_id="shared"), policy("A", "y", graph_id="shared")]
    first = store.take(both)
    store.take([policy("A", "x2", graph_id="shared"), both[1]])
    store.take(list(reversed(both)))
    last = store.take(both)

    assert kinds(first, last) == {}
    assert [row.display_name for row in policies_at(last)] == ["A", "A"]


def test_three_of_one_id_and_name_are_all_kept(store):
    three = [policy("A", text, graph_id="shared") for text in "xyz"]
    first, second = store.take(three), store.take(three)

    assert {row.twin for row in policies_at(first)} == {"", "A", "A~2"}
    assert kinds(first, second) == {}
    assert rows(InventoryVersion) == 3
