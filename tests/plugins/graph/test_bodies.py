"""What of a body is sent to Graph."""

from app.plugins.graph import changed_body, new_body, resource_of

COMPLIANCE, CATALOG = resource_of("compliancePolicy"), resource_of("settingsCatalog")
FILTER = resource_of("assignmentFilter")


def test_a_new_policy_names_its_type_and_leaves_assignments_to_their_action():
    document = {"displayName": "A", "assignments": [], "x@odata.context": "y", "passcodeRequired": True}

    assert new_body(document, COMPLIANCE, "iosCompliancePolicy") == {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "A",
        "passcodeRequired": True,
    }


def test_of_the_settings_catalog_only_what_graph_takes_is_sent():
    reference = {"templateId": "t_1", "templateFamily": "endpointSecurityFirewall"}
    document = {"name": "A", "settings": [], "priorityMetaData": {}, "templateReference": reference}

    body = new_body(document, CATALOG, "deviceManagementConfigurationPolicy")

    assert body == {"name": "A", "settings": [], "templateReference": {"templateId": "t_1"}}


def test_what_the_policy_says_beyond_what_was_kept_is_emptied():
    wanted = {"displayName": "A", "rule": {"a": 1}}
    current = {"displayName": "B", "more": 5, "nothing": None, "rule": {"a": 2, "b": 3}, "assignments": [1]}

    body = changed_body(wanted, current, COMPLIANCE, "iosCompliancePolicy")

    assert body == {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "A",
        "more": None,
        "rule": {"a": 1, "b": None},
    }


def test_what_is_replaced_as_a_whole_needs_no_emptying():
    assert changed_body({"name": "A"}, {"description": "old"}, CATALOG, "x") == {"name": "A"}


def test_what_cannot_be_changed_is_not_sent_again():
    wanted = {"displayName": "A", "platform": "iOS", "rule": "x", "scheduledActionsForRule": []}

    assert changed_body(wanted, {}, FILTER, "x").keys() == {"displayName", "rule", "scheduledActionsForRule"}
    assert "scheduledActionsForRule" not in changed_body(wanted, {}, COMPLIANCE, "x")
    assert "scheduledActionsForRule" in new_body(wanted, COMPLIANCE, "x")
