"""Assignments compare by whom they reach."""

import pytest

from app.plugins.inventory.policies.assignments import ALL_DEVICES_GROUP, ALL_USERS_GROUP
from app.plugins.inventory.policies.canonical import canonicalize
from app.plugins.inventory.policies.sealer import Sealer

SEALER = Sealer(b"a key that is used in tests only")
FILTER = "deviceAndAppManagementAssignmentFilter"


def target(kind, **fields):
    return {"target": {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", **fields}}


def assigned(*assignments):
    return canonicalize({"assignments": list(assignments)}, "deviceConfiguration", SEALER).content


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (target("group", groupId=ALL_USERS_GROUP), target("allLicensedUsers")),
        (target("group", groupId=ALL_DEVICES_GROUP.upper()), target("allDevices")),
        (target("group", groupId="ABC"), target("group", groupId="abc")),
        ({"id": "a", "source": "direct", "sourceId": "b", **target("allDevices")}, target("allDevices")),
        (
            target(
                "allDevices",
                **{FILTER + "Id": "00000000-0000-0000-0000-000000000000", FILTER + "Type": "none"},
            ),
            target("allDevices", **{FILTER + "Id": None}),
        ),
    ],
)
def test_ways_of_writing_one_target_compare_equal(one, same):
    assert assigned(one) == assigned(same)
    assert assigned(one) != {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (target("group", groupId="a"), target("group", groupId="b")),
        (target("group", groupId="a"), target("exclusionGroup", groupId="a")),
        (target("exclusionGroup", groupId=ALL_USERS_GROUP), target("allLicensedUsers")),
        ({"intent": "required", **target("allDevices")}, {"intent": "available", **target("allDevices")}),
        (
            target("allDevices", **{FILTER + "Id": "f1", FILTER + "Type": "include"}),
            target("allDevices", **{FILTER + "Id": "f1", FILTER + "Type": "exclude"}),
        ),
    ],
)
def test_targets_that_reach_others_compare_unequal(one, other):
    assert assigned(one) != assigned(other)


def test_assignments_that_come_from_a_policy_set_are_not_the_policys_own():
    own = target("group", groupId="a")

    assert assigned(own, {"source": "policySets", **target("allDevices")}) == assigned(own)


def test_the_order_of_assignments_has_no_meaning():
    one, two = target("group", groupId="a"), target("exclusionGroup", groupId="b")

    assert assigned(one, two) == assigned(two, one)


def test_assignments_of_a_wrong_shape_are_kept_for_people_to_see():
    assert canonicalize({"assignments": "odd"}, "mobileApp", SEALER).content == {"assignments": "odd"}
    assert assigned("odd", 1) == {"assignments": [1, "odd"]}
