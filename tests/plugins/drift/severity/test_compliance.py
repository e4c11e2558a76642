import pytest

EXCLUSION = {"target": {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": "0b"}}


def make_policy(*actions, **settings):
    configurations = [{"actionType": action, "gracePeriodHours": 24} for action in actions]
    rules = [{"ruleName": "PasswordRequired", "scheduledActionConfigurations": configurations}]
    return {"displayName": "Phones", "scheduledActionsForRule": rules, **settings}


@pytest.mark.parametrize("collection", ["compliancePolicy", "compliancePolicyV2"])
def test_a_removed_compliance_policy_is_critical(told, collection):
    assert told(collection, make_policy(), None) == ("critical", "compliance.removed")


def test_a_removed_block_action_is_critical(told):
    assert told("compliancePolicy", make_policy("block", "notification"), make_policy("notification")) == (
        "critical",
        "compliance.block_removed",
    )


def test_a_block_action_after_another_grace_period_is_a_change_only(told):
    later = make_policy("block")
    later["scheduledActionsForRule"][0]["scheduledActionConfigurations"][0]["gracePeriodHours"] = 72

    assert told("compliancePolicy", make_policy("block"), later) == ("high", "compliance.changed")


def test_any_other_compliance_setting_is_high(told):
    before, after = make_policy(passwordMinimumLength=6), make_policy(passwordMinimumLength=4)

    assert told("compliancePolicy", before, after) == ("high", "compliance.changed")


def test_a_new_name_of_a_compliance_policy_is_low(told):
    assert told("compliancePolicy", make_policy(), make_policy() | {"displayName": "All phones"}) == (
        "low",
        "name.changed",
    )


def test_a_lost_target_or_a_new_exclusion_is_high_and_says_why(told, group):
    assert told("compliancePolicy", make_policy(assignments=group), make_policy()) == (
        "high",
        "assignment.narrowed",
    )
    excluding = make_policy(assignments=[*group, EXCLUSION])
    assert told("compliancePolicy", make_policy(assignments=group), excluding)[1] == "assignment.narrowed"


def test_a_new_target_or_a_lost_exclusion_is_a_change(told, group):
    excluding = make_policy(assignments=[*group, EXCLUSION])

    assert told("compliancePolicy", make_policy(), make_policy(assignments=group))[1] == "compliance.changed"
    assert told("compliancePolicy", excluding, make_policy(assignments=group))[1] == "compliance.changed"


def test_targets_of_an_endpoint_security_policy_count_alike(told, catalog, group):
    before = catalog({"some_setting": "1"}, family="endpointSecurityAccountProtection", assignments=group)

    assert told("settingsCatalog", before, {**before, "assignments": []})[1] == "assignment.narrowed"


def test_targets_of_any_other_policy_are_an_ordinary_change(told, catalog, group):
    before = catalog({"some_setting": "1"}, assignments=group)

    assert told("settingsCatalog", before, {**before, "assignments": []})[1] == "setting.changed"


def test_a_compliance_policy_of_all_devices_is_one_step_up(told, all_devices):
    before = make_policy(passwordMinimumLength=6, assignments=all_devices)
    after = make_policy(passwordMinimumLength=8, assignments=all_devices)

    assert told("compliancePolicy", before, after) == ("critical", "compliance.changed")
