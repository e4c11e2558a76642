"""References of a policy: found wherever they stand, and replaced there and nowhere else."""

from app.plugins.backup_sets.restore.references import (
    FILTER_ID,
    Reference,
    ReferenceKind,
    references_in,
    with_ids,
)

ONE, TWO = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
GROUP = "#microsoft.graph.groupAssignmentTarget"


def target(**facts):
    return {"target": {"@odata.type": GROUP, **facts}}


def test_groups_and_filters_of_assignments_are_found_each_once():
    document = {
        "assignments": [
            target(groupId=ONE, **{FILTER_ID: TWO}),
            target(groupName="Fictional people", **{FILTER_ID: None}),
            target(groupId=ONE),
            {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}},
        ]
    }

    assert references_in(document) == [
        Reference(ReferenceKind.GROUP, ONE),
        Reference(ReferenceKind.FILTER, TWO),
        Reference(ReferenceKind.GROUP, "Fictional people"),
    ]


def test_groups_and_locations_of_conditional_access_are_found_and_its_words_are_not():
    document = {
        "conditions": {
            "users": {"includeUsers": ["All"], "includeGroups": [ONE], "excludeGroups": ["<Helpers>", "All"]},
            "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted", TWO]},
        }
    }

    assert references_in(document) == [
        Reference(ReferenceKind.GROUP, ONE),
        Reference(ReferenceKind.GROUP, "<Helpers>"),
        Reference(ReferenceKind.LOCATION, TWO),
    ]


def test_all_users_and_no_filter_are_nothing_to_be_mapped():
    everybody = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
    document = {
        "assignments": [target(groupId=everybody, **{FILTER_ID: "00000000-0000-0000-0000-000000000000"})]
    }

    assert references_in(document) == []


def test_documents_of_any_shape_refer_to_nothing():
    for document in ({}, {"assignments": None}, {"assignments": ["x", {"target": "y"}]}, {"conditions": []}):
        assert references_in(document) == []
        assert with_ids(document, {Reference(ReferenceKind.GROUP, "x"): ONE}) == document


def test_a_group_that_was_kept_by_name_is_written_by_its_id_alone():
    named = target(groupName="Fictional people", groupType="DynamicMembership", membershipRule="(user)")
    document = {"assignments": [named, target(groupName="Others")], "displayName": "Fictional people"}

    changed = with_ids(document, {Reference(ReferenceKind.GROUP, "Fictional people"): ONE})

    assert changed["assignments"] == [target(groupId=ONE), target(groupName="Others")]
    assert changed["displayName"] == "Fictional people"
    assert document["assignments"][0] is named
    assert "groupName" in named["target"]


def test_filters_and_locations_are_replaced_where_they_stand():
    document = {
        "assignments": [target(groupId=ONE, **{FILTER_ID: ONE})],
        "conditions": {"locations": {"includeLocations": ["All", ONE]}, "users": {"includeGroups": [ONE]}},
    }
    ids = {Reference(ReferenceKind.FILTER, ONE): TWO, Reference(ReferenceKind.LOCATION, ONE): TWO}

    changed = with_ids(document, ids)

    assert changed["assignments"] == [target(groupId=ONE, **{FILTER_ID: TWO})]
    assert changed["conditions"]["locations"] == {"includeLocations": ["All", TWO]}
    assert changed["conditions"]["users"] == {"includeGroups": [ONE]}
