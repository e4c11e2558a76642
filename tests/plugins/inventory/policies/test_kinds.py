"""What kind of policy a document is, in every form exports come in."""

import pytest

from app.plugins.inventory.policies import kinds
from app.plugins.inventory.policies.kinds import PolicyKind
from app.plugins.inventory.recognition import collection_label
from tests.support.recognized import KNOWN_TYPES

GRAPH = "https://graph.microsoft.com/beta/$metadata#"


def classify(document, path):
    return kinds.classify(document, path, KNOWN_TYPES)


def collection_of_path(path):
    found = KNOWN_TYPES.of_path(path)
    return found.key if found else None


@pytest.mark.parametrize(
    ("policy_type", "collection"),
    [
        ("iosCompliancePolicy", "compliancePolicy"),
        ("windows10CompliancePolicy", "compliancePolicy"),
        ("deviceManagementCompliancePolicy", "compliancePolicyV2"),
        ("deviceManagementConfigurationPolicy", "settingsCatalog"),
        ("iosEnterpriseWiFiConfiguration", "deviceConfiguration"),
        ("windowsUpdateForBusinessConfiguration", "deviceConfiguration"),
        ("macOSTrustedRootCertificate", "deviceConfiguration"),
        ("windows81SCEPCertificateProfile", "deviceConfiguration"),
        ("groupPolicyConfiguration", "adminTemplate"),
        ("deviceEnrollmentLimitConfiguration", "enrollmentConfig"),
        ("deviceEnrollmentPlatformRestriction", "enrollmentConfig"),
        ("windows10EnrollmentCompletionPageConfiguration", "enrollmentConfig"),
        ("deviceComanagementAuthorityConfiguration", "enrollmentConfig"),
        ("azureADWindowsAutopilotDeploymentProfile", "autopilotProfile"),
        ("iosManagedAppProtection", "appProtection"),
        ("mdmWindowsInformationProtectionPolicy", "appProtection"),
        ("iosMobileAppConfiguration", "appConfig"),
        ("targetedManagedAppConfiguration", "appConfig"),
        ("androidManagedStoreAppConfiguration", "appConfig"),
        ("win32LobApp", "mobileApp"),
        ("officeSuiteApp", "mobileApp"),
        ("iosVppApp", "mobileApp"),
        ("conditionalAccessPolicy", "conditionalAccessPolicy"),
        ("countryNamedLocation", "namedLocation"),
        ("ipNamedLocation", "namedLocation"),
        ("authenticationStrengthPolicy", "authStrength"),
        ("deviceAndAppManagementRoleDefinition", "roleDefinition"),
        ("deviceCustomAttributeShellScript", "customAttribute"),
    ],
)
def test_a_declared_type_decides_the_collection(policy_type, collection):
    document = {"@odata.type": f"#microsoft.graph.{policy_type}", "displayName": "Fictional"}

    assert classify(document, "Settings Catalog/x.json") == PolicyKind(collection, policy_type)


def test_an_unknown_type_forms_its_own_collection_and_says_so(app):
    kind = classify({"@odata.type": "#microsoft.graph.quantumPolicy"}, "Device Configurations/x.json")

    assert kind == PolicyKind("quantumPolicy", "quantumPolicy", is_known=False)
    assert collection_label("quantumPolicy") == "quantumPolicy"
    assert collection_label("settingsCatalog") == "Settings catalog"


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (
            "deviceManagement/configurationPolicies/$entity",
            ("settingsCatalog", "deviceManagementConfigurationPolicy"),
        ),
        ("deviceManagement/configurationPolicies(settings())/$entity", ("settingsCatalog",)),
        (
            "identity/conditionalAccess/policies/$entity",
            ("conditionalAccessPolicy", "conditionalAccessPolicy"),
        ),
        ("policies/authenticationStrength/policies/$entity", ("authStrength",)),
        (
            "deviceManagement/deviceCompliancePolicies/microsoft.graph.iosCompliancePolicy/$entity",
            ("compliancePolicy", "iosCompliancePolicy"),
        ),
        ("deviceAppManagement/mobileAppConfigurations", ("appConfig",)),
    ],
)
def test_without_a_type_the_context_decides(context, expected):
    kind = classify({"@odata.context": GRAPH + context, "name": "Fictional"}, "export/x.json")

    assert (kind.collection, kind.policy_type)[: len(expected)] == expected


def test_rows_of_a_policys_settings_are_not_taken_for_policies():
    context = (
        GRAPH + "deviceManagement/configurationPolicies('6d0f9c1e-0000-4000-8000-000000000001')/settings"
    )

    assert classify({"@odata.context": context, "id": "0", "settingInstance": {}}, "x.json") is None


@pytest.mark.parametrize(
    ("document", "policy_type"),
    [
        ({"DisplayName": "a", "Conditions": {}, "GrantControls": {}}, "conditionalAccessPolicy"),
        ({"displayName": "a", "conditions": {}, "state": "enabled"}, "conditionalAccessPolicy"),
        ({"displayName": "a", "ipRanges": []}, "ipNamedLocation"),
        ({"name": "a", "platforms": "macOS", "technologies": "mdm"}, "deviceManagementConfigurationPolicy"),
        ({"name": "a", "settings": [{"settingInstance": {}}]}, "deviceManagementConfigurationPolicy"),
        ({"displayName": "a", "localizedNotificationMessages": []}, "notificationMessageTemplate"),
        ({"displayName": "a", "definitionValues": []}, "groupPolicyConfiguration"),
        ({"displayName": "a", "scriptContent": "", "retryCount": 3}, "deviceShellScript"),
        (
            {"displayName": "a", "detectionScriptContent": "", "remediationScriptContent": ""},
            "deviceHealthScript",
        ),
        ({"displayName": "a", "description": "", "isBuiltIn": True}, "roleScopeTag"),
        ({"secureByDefault": False, "enhancedJailBreak": False}, "deviceManagementSettings"),
    ],
)
def test_without_type_and_context_the_shape_decides(document, policy_type):
    assert classify(document, "somewhere/x.json").policy_type == policy_type


def test_a_body_of_no_known_shape_is_placed_by_its_file_name_then_by_its_folder():
    body = {"displayName": "Fictional"}

    by_name = classify(body, "backup/Fictional_iosCompliancePolicy.json")
    by_folder = classify(body, "Compliance Policies/Policies/Fictional.json")

    assert by_name == PolicyKind("compliancePolicy", "iosCompliancePolicy")
    assert by_folder == PolicyKind("compliancePolicy", "deviceCompliancePolicy")
    assert classify(body, "Base protection/Fictional.json") is None
    assert classify({"rows": []}, "Compliance Policies/Policies/rows.json") is None


@pytest.mark.parametrize("policy_type", ["", "not a name", "x" * 200, "a.b"])
def test_a_malformed_type_is_no_type(policy_type):
    assert classify({"@odata.type": f"#microsoft.graph.{policy_type}"}, "x.json") is None


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("Compliance Policies/Policies/Broken_iosCompliancePolicy.json", "compliancePolicy"),
        ("Broken_iosCompliancePolicy__6d0f9c1e-0000-4000-8000-000000000001.json", "compliancePolicy"),
        ("Compliance Policies/Message Templates/Broken.json", "notificationTemplate"),
        ("Compliance Policies/Policies/Broken.json", "compliancePolicy"),
        ("Contoso/SettingsCatalog/Broken [v1].json", "settingsCatalog"),
        ("ConditionalAccess/Broken.json", "conditionalAccessPolicy"),
        ("Scripts/Shell/Broken.json", "shellScript"),
        ("Enrollment Profiles/Windows/ESP/Broken.json", "enrollmentConfig"),
        ("Enrollment Profiles/Windows/Broken.json", "autopilotProfile"),
        ("Settings Catalog/Broken_mdm.json", "settingsCatalog"),
        ("Settings Catalog/", "settingsCatalog"),
        ("Base protection/Broken.json", None),
        ("Broken.json", None),
    ],
)
def test_an_unreadable_document_is_placed_by_its_path_alone(path, collection):
    assert collection_of_path(path) == collection


def test_every_collection_named_by_a_folder_exists():
    folders = (
        "Settings Catalog",
        "Filters",
        "Notifications",
        "Applications",
        "Intents",
        "DriverUpdates",
        "Roles",
    )

    assert all(collection_of_path(f"{folder}/x.json") for folder in folders)
