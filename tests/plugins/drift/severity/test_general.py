import pytest

from app.plugins.drift.compare import ChangeKind

COLLECTION = "deviceConfiguration"


def policy(**rest):
    return {"displayName": "Kiosks", "cameraBlocked": True, **rest}


def test_a_removed_policy_is_higher_when_it_was_assigned(told, group):
    assert told(COLLECTION, policy(), None) == ("medium", "policy.removed_unassigned")
    assert told(COLLECTION, policy(assignments=group), None) == ("high", "policy.removed_assigned")


def test_an_added_policy_is_lower_when_it_is_not_assigned(told, group):
    assert told(COLLECTION, None, policy()) == ("low", "policy.added_unassigned")
    assert told(COLLECTION, None, policy(assignments=group)) == ("medium", "policy.added_assigned")


def test_a_policy_that_only_excludes_is_not_assigned(told):
    excluding = [
        {"target": {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "0b"}}
    ]

    assert told(COLLECTION, None, policy(assignments=excluding)) == ("low", "policy.added_unassigned")


def test_any_other_setting_is_medium(told):
    assert told(COLLECTION, policy(), policy(cameraBlocked=False)) == ("medium", "setting.changed")


def test_a_changed_secret_says_so(told):
    before, after = (policy(preSharedKey={"$secret": seal, "kind": "password"}) for seal in ("aa", "bb"))

    assert told(COLLECTION, before, after) == ("medium", "secret.changed")


def test_a_changed_filter_rule_says_so(told):
    before, after = {"rule": "(device.model -eq 1)"}, {"rule": "(device.model -eq 2)"}

    assert told("assignmentFilter", before, after) == ("medium", "filter.rule_changed")
    assert told("roleScopeTag", before, after) == ("medium", "setting.changed")


def test_another_intent_of_an_app_says_so(told, group):
    before, after = ({"assignments": [group[0] | {"intent": intent}]} for intent in ("available", "required"))

    assert told("mobileApp", before, after) == ("medium", "app.intent_changed")
    assert told("mobileApp", before, {}) == ("medium", "setting.changed")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"displayName": "Kiosk devices"}, "name.changed"),
        ({"name": "Kiosk devices"}, "name.changed"),
        ({"roleScopeTagIds": ["0", "1"]}, "scope_tags.changed"),
        ({"priority": 2}, "priority.changed"),
    ],
)
def test_names_scope_tags_and_priority_are_low(told, change, rule):
    assert told(COLLECTION, policy(), policy() | change) == ("low", rule)


def test_a_name_deeper_down_is_a_setting(told):
    before, after = policy(server={"name": "a"}), policy(server={"name": "b"})

    assert told(COLLECTION, before, after) == ("medium", "setting.changed")


def test_a_notifications_text_is_low(told):
    before, after = (
        {"localizedNotificationMessages": [{"locale": "en-us", "messageTemplate": text}]}
        for text in ("Hi", "Hello")
    )

    assert told("notificationTemplate", before, after) == ("low", "notification.text_changed")


def test_a_description_alone_is_info_whoever_it_reaches(told, all_devices):
    before = policy(description="old", assignments=all_devices)

    assert told(COLLECTION, before, before | {"description": "new"}) == ("info", "description.changed")


def test_the_highest_of_several_rules_wins(told):
    after = policy(description="new", priority=3, cameraBlocked=False)

    assert told(COLLECTION, policy(), after) == ("medium", "setting.changed")


def test_the_same_policy_under_a_new_id_is_info_whoever_it_reaches(told, all_devices):
    same = policy(assignments=all_devices)

    assert told(COLLECTION, same, dict(same), kind=ChangeKind.RECREATED) == ("info", "recreated.identical")


def test_a_recreated_policy_with_another_setting_is_judged_by_it(told):
    after = policy(cameraBlocked=False)

    assert told(COLLECTION, policy(), after, kind=ChangeKind.RECREATED) == ("medium", "setting.changed")


def test_a_modified_policy_without_a_visible_change_is_info(told):
    assert told(COLLECTION, policy(), policy()) == ("info", "nothing.visible")


@pytest.mark.parametrize(
    "target",
    [
        {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"},
        {"@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget"},
        {
            "@odata.type": "#microsoft.graph.groupAssignmentTarget",
            "groupId": "acacacac-9df4-4c7d-9d50-4ef0226f57a9",
        },
        {
            "@odata.type": "#microsoft.graph.groupAssignmentTarget",
            "groupId": "ADADADAD-808e-44e2-905a-0b7873a8a531",
        },
    ],
)
def test_reaching_everybody_is_one_step_up_on_either_side(told, target):
    before, after = policy(), policy(cameraBlocked=False)
    everybody = {"assignments": [{"target": target}]}

    assert told(COLLECTION, before | everybody, after | everybody)[0] == "high"
    assert told(COLLECTION, before | everybody, after)[0] == "high"
    assert told(COLLECTION, before, after | everybody)[0] == "high"


def test_excluding_everybody_is_not_reaching_everybody(told):
    target = {
        "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget",
        "groupId": "acacacac-9df4-4c7d-9d50-4ef0226f57a9",
    }
    rest = {"assignments": [{"target": target}]}

    assert told(COLLECTION, policy() | rest, policy(cameraBlocked=False) | rest)[0] == "medium"


@pytest.mark.parametrize("odd", ["text", 5, [1, "x", None], [{"target": "x"}], {"target": {}}, [[]]])
def test_assignments_of_an_unexpected_shape_are_survived(told, odd):
    assert told(COLLECTION, policy(assignments=odd), policy()) == ("medium", "setting.changed")
