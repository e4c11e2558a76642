"""How elements of lists are matched."""

import pytest

from app.plugins.inventory.policies.lists import element_key, is_ordered


@pytest.mark.parametrize(
    ("path", "element", "key"),
    [
        (("settings",), {"settingInstance": {"settingDefinitionId": "device_x"}}, "device_x"),
        (
            ("settings", "settingInstance", "choiceSettingValue", "children"),
            {"settingDefinitionId": "y"},
            "y",
        ),
        (("settings",), {"definitionId": "deviceConfiguration--z"}, "deviceConfiguration--z"),
        (("omaSettings",), {"omaUri": "./Vendor/Fictional"}, "./Vendor/Fictional"),
        (("definitionValues",), {"definition": {"id": "d1"}}, "d1"),
        (("definitionValues",), {"definition@odata.bind": "d1"}, "d1"),
        (("definitionValues", "presentationValues"), {"presentation": {"id": "p1"}}, "p1"),
        (("localizedNotificationMessages",), {"locale": "en-gb"}, "en-gb"),
        (
            ("scheduledActionsForRule", "scheduledActionConfigurations"),
            {"actionType": "block", "gracePeriodHours": 0, "notificationTemplateId": "t"},
            "block|0|t",
        ),
        (
            ("assignments",),
            {
                "intent": "required",
                "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": "g"},
            },
            "groupAssignmentTarget|g|required",
        ),
        (
            ("assignments",),
            {
                "target": {
                    "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget",
                    "groupName": "Pilot",
                }
            },
            "exclusionGroupAssignmentTarget|Pilot",
        ),
        (("apps",), {"mobileAppIdentifier": {"bundleId": "com.example.app"}}, "com.example.app"),
        (("roleScopeTagIds",), "0", "0"),
        (("anything",), 5, "5"),
        (("anything",), True, "true"),
        (("anything",), {"no": "key"}, None),
        (("anything",), ["nested"], None),
        ((), {"settingDefinitionId": "y"}, "y"),
    ],
)
def test_elements_are_keyed_by_what_they_are_about(path, element, key):
    assert element_key(path, element) == key


@pytest.mark.parametrize(
    ("path", "ordered"),
    [
        (("onDemandRules",), True),
        (("onDemandRules", "dnsSearchDomains"), False),
        (("homeScreenPages",), True),
        (("homeScreenPages", "icons"), True),
        (("kioskModeApps",), True),
        (("settings",), False),
        (("conditions", "users", "includeUsers"), False),
    ],
)
def test_order_means_something_in_rules_and_layouts_alone(path, ordered):
    assert is_ordered(path) is ordered
