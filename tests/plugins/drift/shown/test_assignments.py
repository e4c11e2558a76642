"""Assignments in words: whom they mean, with which filter, before and after."""

from app.plugins.drift.shown.assignments import assignment_pairs, spoken_targets
from app.plugins.drift.shown.change_groups import change_groups
from app.plugins.drift.shown.names import Names, groups_in
from app.plugins.inventory import list_rules

SALES, GONE = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
FILTER = "77777777-2222-3333-4444-555555555555"


def to(kind="group", **target):
    return {"target": {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", **target}}


def to_group(group_id, kind="group", filter_id=None, mode="include", **target):
    if filter_id:
        target["deviceAndAppManagementAssignmentFilterId"] = filter_id
        target["deviceAndAppManagementAssignmentFilterType"] = mode
    return to(kind, groupId=group_id, **target)


def assigned(*assignments):
    return {"assignments": list(assignments)}


def pairs(before, after, names=None):
    return assignment_pairs(before, after, names or Names(), list_rules)


def test_each_assignment_says_whom_it_means():
    content = assigned(
        to("allDevices"),
        to_group(SALES, groupName="Sales"),
        to_group(GONE, kind="exclusionGroup"),
        to(groupName="By name only"),
        to("configurationManagerCollection", collectionId="SMS0001"),
        to("martian"),
    )

    said = {str(pair.newest) for pair in pairs({}, content)}

    assert said == {
        "include All devices",
        "include group Sales",
        f"exclude group deleted or unreadable ({GONE})",
        "include group By name only",
        "include collection SMS0001",
        "include martianAssignmentTarget",
    }


def test_a_side_is_matched_by_key_and_what_changed_comes_first():
    names = Names({SALES: "Sales"}, {FILTER: "Corporate"})
    before = assigned(to("allDevices"), to_group(SALES), to_group(GONE))
    after = assigned(to("allDevices"), to_group(SALES, filter_id=FILTER))

    found = pairs(before, after, names)

    assert [(pair.kind, pair.newest.who) for pair in found] == [
        ("changed", "group Sales"),
        ("removed", f"group deleted or unreadable ({GONE})"),
        ("", "All devices"),
    ]
    sales = found[0]
    assert (sales.before.filter, sales.after.filter) == ("", "include Corporate")


def test_a_filter_that_nobody_can_read_says_so_and_one_known_by_its_name_is_called_by_it():
    unknown, named = (to_group(SALES, filter_id=one) for one in (FILTER, "Corporate Windows"))

    (pair,) = pairs(assigned(unknown), assigned(named))

    assert pair.before.filter == f"include deleted or unreadable ({FILTER})"
    assert pair.after.filter == "include Corporate Windows"


def test_two_assignments_of_one_key_are_told_apart_as_the_comparison_does():
    found = pairs({}, assigned(to_group(SALES), to_group(SALES, filter_id=FILTER)))

    assert [pair.key for pair in found] == [
        f"groupAssignmentTarget|{SALES}",
        f"groupAssignmentTarget|{SALES}~2",
    ]


def test_names_of_groups_are_those_that_stand_beside_their_ids():
    content = assigned(to_group(SALES.upper(), groupName="Sales"), to_group(GONE), "no assignment")

    assert groups_in([content, {}, {"assignments": "none"}]) == {SALES: "Sales"}


def test_changes_of_one_element_are_one_group_with_its_name():
    def entry(path, kind="added"):
        return {"path": path, "kind": kind, "before": None, "after": "x"}

    key = f"groupAssignmentTarget|{SALES}"
    targets = spoken_targets(pairs({}, assigned(to_group(SALES, groupName="Sales"))))
    entries = [
        entry(f"/assignments[{key}]/target/groupId"),
        entry(f"/assignments[{key}]/target/@odata.type"),
        entry("/settings[a_b]/value", "changed"),
        entry("/settings[a_b]/other"),
        entry("/displayName", "changed"),
    ]

    groups = change_groups(entries, targets)

    assert [(group.label, group.kind, len(group.changes)) for group in groups] == [
        ("Assignment: include group Sales", "added", 2),
        ("Settings > a_b", "changed", 2),
        ("Display name", "changed", 1),
    ]
    assert [change.label for change in groups[0].changes] == ["Group id", "Type"]
    assert groups[2].changes[0].label == ""
