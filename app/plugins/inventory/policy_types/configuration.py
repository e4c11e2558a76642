"""Configuration and compliance of devices."""

from app.core import PolicyShape, PolicyType

_PLATFORMS = "(?:android|aosp|ios|mac|windows|visionOS|sharedPC|editionUpgrade|hardware|unsupportedDevice)"

CONFIGURATION = (
    PolicyType(
        key="compliancePolicyV2",
        label="Compliance policies (settings catalog)",
        graph_type="deviceManagementCompliancePolicy",
        endpoints=("compliancePolicies",),
        folders=("compliancepoliciesv2",),
        shapes=(PolicyShape(("settings", "technologies", "scheduledActionsForRule")),),
        name_fields=("name", "displayName"),
    ),
    PolicyType(
        key="settingsCatalog",
        label="Settings catalog",
        graph_type="deviceManagementConfigurationPolicy",
        endpoints=("configurationPolicies",),
        folders=("settingscatalog", "configurationpolicies"),
        shapes=(
            PolicyShape(("platforms", "technologies")),
            PolicyShape(("settings", "templateReference")),
            PolicyShape(("settings/settingInstance",)),
        ),
        name_fields=("name", "displayName"),
    ),
    PolicyType(
        key="compliancePolicy",
        label="Compliance policies",
        graph_type="deviceCompliancePolicy",
        members=r"\w+CompliancePolicy",
        endpoints=("deviceCompliancePolicies",),
        folders=("compliancepolicies", "compliancepolicy", "devicecompliancepolicies"),
    ),
    PolicyType(
        key="adminTemplate",
        label="Administrative templates",
        graph_type="groupPolicyConfiguration",
        endpoints=("groupPolicyConfigurations",),
        folders=("administrativetemplates", "grouppolicyconfigurations"),
        shapes=(
            PolicyShape(("definitionValues",)),
            PolicyShape(("policyConfigurationIngestionType",)),
        ),
    ),
    PolicyType(
        key="endpointSecurityIntent",
        label="Endpoint security",
        graph_type="deviceManagementIntent",
        endpoints=("intents",),
        folders=("endpointsecurity", "managementintents", "intents"),
        shapes=(
            PolicyShape(("templateId", "settings")),
            PolicyShape(("templateId", "settingsDelta")),
        ),
    ),
    PolicyType(
        key="deviceConfiguration",
        label="Device configurations",
        graph_type="deviceConfiguration",
        members=rf"{_PLATFORMS}\w*(?:Configuration|CertificateProfile\w*|TrustedRootCertificate)",
        endpoints=("deviceConfigurations",),
        folders=("deviceconfigurations", "deviceconfiguration"),
    ),
)
