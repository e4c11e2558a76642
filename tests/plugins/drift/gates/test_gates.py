"""What each gate holds and, as carefully, what it does not."""

import pytest

from app.plugins.drift.compare import Change, ChangeKind, LeafKind
from app.plugins.drift.gates import CollectionFacts, groups_in, shape_of
from app.plugins.drift.gates.shape import ASSIGNED, RENAMED, UNASSIGNED

REMOVED, ADDED, RECREATED = ChangeKind.REMOVED, ChangeKind.ADDED, ChangeKind.RECREATED


def added(path, value, kind=LeafKind.ADDED):
    return Change(tuple(path), kind, None, value)


def facts(before=20, *, shapes=(), changes=(), removed=(), had=0, has=0, severity="high", **more):
    """Facts of one collection: (shape, how many), (kind of change, how many), (concrete type, how many)."""
    one = CollectionFacts("compliancePolicy", "Compliance policies", before, before, **more)
    for shape, count in shapes:
        for _ in range(count):
            one.note(ChangeKind.MODIFIED, "iosCompliancePolicy")
            one.note_shape(shape, severity)
    for kind, count in changes:
        for _ in range(count):
            one.note(kind, "iosCompliancePolicy")
    for policy_type, count in removed:
        for _ in range(count):
            one.note(REMOVED, policy_type)
    one.had_assignments, one.has_assignments = had, has
    return one


def gates(*many):
    return [group.gate for group in groups_in(many)]


def growth(value=False, path=("/newSetting",)):
    return shape_of([added(path, value)], {"a": 1}, {"a": 1, "newSetting": value})


ASSIGNMENT = [added(("/assignments", "[group|g1]", "/target", "/groupId"), "g1")]
assigned = shape_of(ASSIGNMENT, {"a": 1}, {"a": 1, "assignments": [{}]})
unassigned = shape_of(ASSIGNMENT, {"assignments": [{}]}, {"a": 1})
renamed = shape_of([Change(("/displayName",), LeafKind.CHANGED, "a", "b")], {}, {})


def test_shapes_are_told_from_the_changes():
    assert (assigned.name, unassigned.name, renamed.name) == (ASSIGNED, UNASSIGNED, RENAMED)
    assert growth().name == growth().name != growth(value=True).name
    assert shape_of([], {}, {}) is None
    assert shape_of(ASSIGNMENT, {"assignments": [{"b": 1}]}, {"assignments": [{}]}) is None
    assert shape_of([*ASSIGNMENT, added(("/x",), 1)], {"a": 1}, {"assignments": [{}]}) is None
    assert shape_of([Change(("/x",), LeafKind.CHANGED, 1, 2)], {}, {}) is None


@pytest.mark.parametrize(
    ("one", "is_held"),
    [
        (facts(20, shapes=[(growth(), 16)]), True),
        (facts(20, shapes=[(growth(), 15)]), False),
        (facts(4, shapes=[(growth(), 4)]), False),
        (facts(20, shapes=[(growth(), 10), (growth(value=True), 10)]), False),
        (facts(20, shapes=[(growth(), 20)], severity="critical"), True),
        (facts(20, shapes=[(growth("block"), 20)]), True),
        (facts(20, shapes=[(growth("block"), 20)], severity="critical"), False),
    ],
)
def test_a_property_that_nearly_all_gain_with_one_value_is_growth(one, is_held):
    assert gates(one) == (["schema_growth"] if is_held else [])


def test_an_element_that_all_lists_gain_is_no_growth():
    exclusion = shape_of([added(("/conditions", "/users", "/excludeGroups", '["g1"]'), "g1")], {}, {})

    assert exclusion is None


def test_growth_says_what_grew_and_how_many():
    (group,) = groups_in([facts(20, shapes=[(growth(), 18)])])

    assert "18 of 20 policies have /newSetting with an equal value" in group.sentence
    assert (group.shapes, group.collection) == ((growth().name,), "compliancePolicy")


@pytest.mark.parametrize(
    ("many", "is_held"),
    [
        ([facts(8, shapes=[(assigned, 8)], has=8)], True),
        ([facts(4, shapes=[(assigned, 4)], has=4)], False),
        ([facts(3, shapes=[(assigned, 3)]), facts(2, shapes=[(assigned, 2)])], True),
        ([facts(8, shapes=[(assigned, 8)], had=1)], False),
        ([facts(20, shapes=[(assigned, 9)])], False),
        ([facts(8, shapes=[(unassigned, 8)])], True),
        ([facts(8, shapes=[(unassigned, 8)], has=1)], False),
    ],
)
def test_assignments_of_a_type_that_begin_or_stop_at_once_are_a_change_of_collection(many, is_held):
    assert gates(*many) == (["collection_change"] if is_held else [])


@pytest.mark.parametrize(
    ("one", "is_held"),
    [
        (facts(50, changes=[(REMOVED, 49)]), True),
        (facts(30, changes=[(REMOVED, 10)]), True),
        (facts(40, changes=[(REMOVED, 12)]), False),
        (facts(20, changes=[(REMOVED, 9)]), False),
        (facts(1000, changes=[(REMOVED, 51)]), True),
        (facts(1000, changes=[(REMOVED, 50)]), False),
        (facts(1000, changes=[(ADDED, 900)]), False),
        (facts(1000, shapes=[(renamed, 73)]), True),
        (facts(1000, shapes=[(renamed, 20)]), False),
        (facts(30, removed=[("a", 5)], types_before={"a": 5, "b": 25}, types_after={"b": 25}), True),
        (facts(30, removed=[("a", 4)], types_before={"a": 4, "b": 26}, types_after={"b": 26}), False),
        (facts(30, removed=[("a", 5)], types_before={"a": 6, "b": 24}, types_after={"a": 1, "b": 24}), False),
    ],
)
def test_so_much_at_once_is_a_mass_change(one, is_held):
    assert gates(one) == (["mass_change"] if is_held else [])


def test_a_baseline_of_which_nothing_is_left_under_its_id_is_one_group_of_all_types():
    policies = facts(18, changes=[(RECREATED, 18), (ADDED, 7)])
    locations = facts(1, changes=[(RECREATED, 1)])

    (group,) = groups_in([policies, locations])

    assert (group.collection, set(group.kinds)) == ("", {ADDED, REMOVED, RECREATED})
    assert group.sentence.startswith("None of the 19 policies of the baseline is there under its id: 19 have")


def test_a_small_baseline_of_which_nothing_is_left_is_no_mass():
    assert gates(facts(4, changes=[(RECREATED, 4)])) == []


def test_facts_stay_small_however_many_shapes_there_are():
    one = facts(20_000)
    for number in range(5_000):
        one.note_shape(growth(number), "low")

    assert len(one.shapes) == 2_000
