"""Which policy a body without a type is, told from the properties it has."""

from app.plugins.inventory.policies.json_value import Document, objects_in

# (policy type, properties that must all be there, properties of which none may be there), first match wins
_SHAPES: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = tuple(
    (policy_type, frozenset(needed.split()), frozenset(unwanted.split()))
    for policy_type, needed, unwanted in (
        ("conditionalAccessPolicy", "conditions grantcontrols", ""),
        ("conditionalAccessPolicy", "conditions sessioncontrols", ""),
        ("conditionalAccessPolicy", "conditions state", ""),
        ("ipNamedLocation", "ipranges", ""),
        ("countryNamedLocation", "countriesandregions", ""),
        ("authenticationStrengthPolicy", "allowedcombinations", ""),
        ("deviceManagementCompliancePolicy", "settings technologies scheduledactionsforrule", ""),
        ("deviceManagementConfigurationPolicy", "platforms technologies", ""),
        ("deviceManagementConfigurationPolicy", "settings templatereference", ""),
        ("groupPolicyConfiguration", "definitionvalues", ""),
        ("groupPolicyConfiguration", "policyconfigurationingestiontype", ""),
        ("deviceManagementIntent", "templateid settings", ""),
        ("deviceManagementIntent", "templateid settingsdelta", ""),
        ("notificationMessageTemplate", "localizednotificationmessages", ""),
        ("notificationMessageTemplate", "defaultlocale brandingoptions", ""),
        ("deviceHealthScript", "detectionscriptcontent remediationscriptcontent", ""),
        ("deviceComplianceScript", "detectionscriptcontent", ""),
        ("deviceCustomAttributeShellScript", "scriptcontent customattributetype", ""),
        ("deviceShellScript", "scriptcontent retrycount", ""),
        ("deviceManagementScript", "scriptcontent", ""),
        ("windowsFeatureUpdateProfile", "featureupdateversion", ""),
        ("windowsQualityUpdateProfile", "expeditedupdatesettings", ""),
        ("windowsDriverUpdateProfile", "approvaltype deploymentdeferralindays", ""),
        ("windowsAutopilotDeploymentProfile", "outofboxexperiencesetting", ""),
        ("windowsAutopilotDeploymentProfile", "outofboxexperiencesettings", ""),
        ("deviceAndAppManagementAssignmentFilter", "rule platform displayname", ""),
        ("roleDefinition", "rolepermissions", ""),
        ("roleDefinition", "permissions isbuiltinroledefinition", ""),
        ("roleScopeTag", "displayname isbuiltin", "conditions settings"),
        ("targetedManagedAppConfiguration", "customsettings displayname", ""),
        ("androidManagedAppProtection", "periodofflinebeforeaccesscheck encryptappdata", ""),
        ("iosManagedAppProtection", "periodofflinebeforeaccesscheck faceidblocked", ""),
        ("deviceManagementSettings", "devicecompliancecheckinthresholddays", ""),
        ("deviceManagementSettings", "securebydefault", ""),
    )
)


def type_of_shape(document: Document) -> str | None:
    """The concrete type a body looks like, None where no known shape fits. Case of keys does not matter."""
    keys = {key.lower() for key in document}
    for policy_type, needed, unwanted in _SHAPES:
        if needed <= keys and not (unwanted & keys):
            return policy_type
    return "deviceManagementConfigurationPolicy" if _has_setting_instances(document) else None


def _has_setting_instances(document: Document) -> bool:
    return any("settingInstance" in setting for setting in objects_in(document.get("settings")))
