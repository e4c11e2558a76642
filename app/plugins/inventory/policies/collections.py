"""The collections of policies this product knows, and which concrete Graph types belong to each."""

import re
from dataclasses import dataclass
from functools import lru_cache

GRAPH_PREFIX = "#microsoft.graph."

_PLATFORM_PREFIX = (
    "(?:android|aosp|ios|mac|windows|visionOS|sharedPC|editionUpgrade|hardware|unsupportedDevice)"
)


@dataclass(frozen=True, slots=True)
class Collection:
    """One unit of reading: a list endpoint of Graph with everything that is listed there."""

    key: str
    label: str
    policy_type: str  # the concrete type of a member that does not name its own
    members: str = ""  # regular expression over the other concrete types listed there
    endpoint: str = ""  # last segments of the Graph path, as they stand in `@odata.context`


COLLECTIONS = (
    Collection(
        "settingsCatalog",
        "Settings catalog",
        "deviceManagementConfigurationPolicy",
        "",
        "configurationPolicies",
    ),
    Collection(
        "compliancePolicyV2",
        "Compliance policies (settings catalog)",
        "deviceManagementCompliancePolicy",
        "",
        "compliancePolicies",
    ),
    Collection(
        "compliancePolicy",
        "Compliance policies",
        "deviceCompliancePolicy",
        r"\w+CompliancePolicy",
        "deviceCompliancePolicies",
    ),
    Collection(
        "adminTemplate",
        "Administrative templates",
        "groupPolicyConfiguration",
        "",
        "groupPolicyConfigurations",
    ),
    Collection("endpointSecurityIntent", "Endpoint security", "deviceManagementIntent", "", "intents"),
    Collection("psScript", "PowerShell scripts", "deviceManagementScript", "", "deviceManagementScripts"),
    Collection(
        "customAttribute",
        "Custom attributes",
        "deviceCustomAttributeShellScript",
        "",
        "deviceCustomAttributeShellScripts",
    ),
    Collection("shellScript", "Shell scripts", "deviceShellScript", "", "deviceShellScripts"),
    Collection("healthScript", "Remediation scripts", "deviceHealthScript", "", "deviceHealthScripts"),
    Collection(
        "complianceScript", "Compliance scripts", "deviceComplianceScript", "", "deviceComplianceScripts"
    ),
    Collection(
        "appProtection",
        "App protection",
        "managedAppPolicy",
        r"\w*(?:ManagedAppProtection|InformationProtectionPolicy)",
        "managedAppPolicies",
    ),
    Collection(
        "appConfig",
        "App configuration",
        "targetedManagedAppConfiguration",
        r"\w*(?:MobileAppConfiguration|ManagedAppConfiguration|managedDeviceMobileAppConfiguration"
        r"|ManagedStoreAppConfiguration)",
        "targetedManagedAppConfigurations",
    ),
    Collection(
        "mobileApp",
        "Apps",
        "mobileApp",
        r"(?:android|ios|mac|windows|win32|office|web|managed|microsoftStore)\w*"
        r"(?:App|AppX|App[Bb]undle|MSI|WebClip|MicrosoftEdgeApp|OfficeSuiteApp|DmgApp|PkgApp|Catalog)",
        "mobileApps",
    ),
    Collection(
        "autopilotProfile",
        "Autopilot profiles",
        "windowsAutopilotDeploymentProfile",
        r"\w+AutopilotDeploymentProfile",
        "windowsAutopilotDeploymentProfiles",
    ),
    Collection(
        "enrollmentConfig",
        "Enrollment configurations",
        "deviceEnrollmentConfiguration",
        r"deviceEnrollment\w+|windows10EnrollmentCompletionPageConfiguration"
        r"|deviceComanagementAuthorityConfiguration|windowsRestoreDeviceEnrollmentConfiguration",
        "deviceEnrollmentConfigurations",
    ),
    Collection(
        "assignmentFilter",
        "Assignment filters",
        "deviceAndAppManagementAssignmentFilter",
        "payloadCompatibleAssignmentFilter",
        "assignmentFilters",
    ),
    Collection("roleScopeTag", "Scope tags", "roleScopeTag", "", "roleScopeTags"),
    Collection(
        "roleDefinition",
        "Intune roles",
        "roleDefinition",
        "deviceAndAppManagementRoleDefinition",
        "roleDefinitions",
    ),
    Collection(
        "notificationTemplate",
        "Notification templates",
        "notificationMessageTemplate",
        "",
        "notificationMessageTemplates",
    ),
    Collection(
        "featureUpdate", "Feature updates", "windowsFeatureUpdateProfile", "", "windowsFeatureUpdateProfiles"
    ),
    Collection(
        "qualityUpdate", "Quality updates", "windowsQualityUpdateProfile", "", "windowsQualityUpdateProfiles"
    ),
    Collection(
        "driverUpdate", "Driver updates", "windowsDriverUpdateProfile", "", "windowsDriverUpdateProfiles"
    ),
    Collection(
        "conditionalAccessPolicy",
        "Conditional Access policies",
        "conditionalAccessPolicy",
        "",
        "conditionalAccess/policies",
    ),
    Collection("namedLocation", "Named locations", "namedLocation", r"\w+NamedLocation", "namedLocations"),
    Collection(
        "authStrength",
        "Authentication strengths",
        "authenticationStrengthPolicy",
        "",
        "authenticationStrength/policies",
    ),
    Collection(
        "deviceManagementSettings",
        "Device management settings",
        "deviceManagementSettings",
        "",
        "deviceManagement/settings",
    ),
    Collection(
        "deviceConfiguration",
        "Device configurations",
        "deviceConfiguration",
        rf"{_PLATFORM_PREFIX}\w*(?:Configuration|CertificateProfile\w*|TrustedRootCertificate)",
        "deviceConfigurations",
    ),
)

BY_KEY = {collection.key: collection for collection in COLLECTIONS}
BY_ENDPOINT = {
    collection.endpoint.lower(): collection for collection in COLLECTIONS if collection.endpoint
} | {
    "mobileappconfigurations": BY_KEY["appConfig"],
}

_BY_DEFAULT_TYPE = {collection.policy_type.lower(): collection for collection in COLLECTIONS}
_MEMBERS = [(re.compile(c.members, re.IGNORECASE), c) for c in COLLECTIONS if c.members]


def collection_label(key: str) -> str:
    """How a collection is called on pages; a collection nobody knows is called by its key."""
    known = BY_KEY.get(key)
    return known.label if known else key


@lru_cache(maxsize=4096)
def collection_of_type(policy_type: str) -> Collection | None:
    """The collection in which Graph lists a concrete type (short form), None for an unknown type."""
    exact = _BY_DEFAULT_TYPE.get(policy_type.lower())
    if exact:
        return exact
    return next((collection for pattern, collection in _MEMBERS if pattern.fullmatch(policy_type)), None)
