"""What the folders and file names of known export tools say about the policies in them."""

import re
from functools import lru_cache

from app.plugins.inventory.policies.collections import collection_of_type

# Tools differ in spaces, hyphens and case; names are compared by their letters and digits alone.
_NAMES_BY_COLLECTION = {
    "settingsCatalog": "settingscatalog configurationpolicies",
    "compliancePolicyV2": "compliancepoliciesv2",
    "compliancePolicy": "compliancepolicies compliancepolicy devicecompliancepolicies",
    "adminTemplate": "administrativetemplates grouppolicyconfigurations",
    "endpointSecurityIntent": "endpointsecurity managementintents intents",
    "psScript": "powershellscripts powershell scriptspowershell devicemanagementscripts",
    "shellScript": "shellscripts macscripts scriptsshell deviceshellscripts shell",
    "customAttribute": "customattributes maccustomattributes devicecustomattributeshellscripts",
    "healthScript": "healthscripts proactiveremediations remediations devicehealthscripts",
    "complianceScript": "compliancescripts compliancepoliciesscripts devicecompliancescripts",
    "mobileApp": "applications mobileapps",
    "appProtection": "appprotection appprotectionpolicies managedapppolicies",
    "appConfig": "appconfiguration appconfigurations appconfigurationmanagedapp "
    "appconfigurationmanageddevice targetedmanagedappconfigurations mobileappconfigurations",
    "autopilotProfile": "autopilot autopilotprofiles windowsautopilotdeploymentprofiles "
    "enrollmentprofileswindows",
    "enrollmentConfig": "enrollmentconfigurations enrollmentrestrictions enrollmentstatuspage "
    "comanagementsettings deviceenrollmentconfigurations windowsesp esp",
    "assignmentFilter": "filters assignmentfilters",
    "roleScopeTag": "scopetags rolescopetags",
    "roleDefinition": "roles roledefinitions",
    "notificationTemplate": "notifications messagetemplates notificationmessagetemplates",
    "featureUpdate": "featureupdates windowsfeatureupdates windowsfeatureupdateprofiles",
    "qualityUpdate": "qualityupdates windowsqualityupdates windowsqualityupdateprofiles",
    "driverUpdate": "driverupdates driverupdateprofiles windowsdriverupdates windowsdriverupdateprofiles",
    "conditionalAccessPolicy": "conditionalaccess conditionalaccesspolicies",
    "namedLocation": "namedlocations",
    "authStrength": "authenticationstrengths authenticationstrength",
    "deviceManagementSettings": "devicemanagementsettings",
    "deviceConfiguration": "deviceconfigurations deviceconfiguration",
}
_BY_NAME = {name: key for key, names in _NAMES_BY_COLLECTION.items() for name in names.split()}

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TYPE_SUFFIX = re.compile(r"_([A-Za-z][A-Za-z0-9]+)(?:__[0-9a-fA-F-]{36})?\.json(?:#\d+)?$")


def collection_of_path(path: str) -> str | None:
    """The collection a document belongs to, judged by where it lies in the export.

    This is how a document that cannot be read still marks its type as incomplete. A file name that ends in
    a concrete type counts first, then the nearest folder whose name a known tool gives to one collection.
    """
    named = type_in_file_name(path)
    collection = collection_of_type(named) if named else None
    return collection.key if collection else _collection_of_folders(path.rpartition("/")[0])


def type_in_file_name(path: str) -> str | None:
    """The concrete type at the end of a file name, where it is a known one."""
    found = _TYPE_SUFFIX.search(path)
    return found.group(1) if found and collection_of_type(found.group(1)) else None


@lru_cache(maxsize=4096)
def _collection_of_folders(folder: str) -> str | None:
    words = [_NOT_WORD.sub("", part.lower()) for part in folder.split("/")]
    for index in range(len(words) - 1, -1, -1):
        pair = words[index - 1] + words[index] if index else ""
        found = _BY_NAME.get(pair) or _BY_NAME.get(words[index])
        if found:
            return found
    return None
