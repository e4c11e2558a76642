"""Where a policy lies in an export: the folders and file names that IntuneCD gives it."""

import re
from collections.abc import Mapping

VERSIONS = "__archive__/versions"  # what IntuneCD and an inventory sync leave out: earlier versions
MANIFEST = "manifest.json"
NAME_LENGTH = 150  # characters; the whole path then fits into what file systems and archives take

_FOLDERS = {
    "adminTemplate": "Group Policy Configurations",
    "appConfig": "App Configuration",
    "appProtection": "App Protection",
    "assignmentFilter": "Filters",
    "authStrength": "Authentication Strengths",
    "autopilotProfile": "Enrollment Profiles/Windows",
    "compliancePolicy": "Compliance Policies/Policies",
    "complianceScript": "Compliance Policies/Scripts",
    "conditionalAccessPolicy": "Conditional Access",
    "customAttribute": "Custom Attributes",
    "deviceConfiguration": "Device Configurations",
    "deviceManagementSettings": "Device Management Settings",
    "driverUpdate": "Driver Updates",
    "endpointSecurityIntent": "Management Intents",
    "enrollmentConfig": "Enrollment Configurations",
    "featureUpdate": "Feature Updates",
    "healthScript": "Proactive Remediations",
    "mobileApp": "Applications",
    "namedLocation": "Named Locations",
    "notificationTemplate": "Compliance Policies/Message Templates",
    "psScript": "Scripts/Powershell",
    "qualityUpdate": "Quality Updates",
    "roleDefinition": "Roles",
    "roleScopeTag": "Scope Tags",
    "settingsCatalog": "Settings Catalog",
    "shellScript": "Scripts/Shell",
}
_FOLDERS_OF_TYPES = {"windows10EnrollmentCompletionPageConfiguration": "Enrollment Profiles/Windows/ESP"}
_GONE = re.compile("[\x00-\x1f\x7f\u200b\u200c\u200d\u2060\ufeff\ud800-\udfff]+")
_UNDERSCORED = re.compile(r'[/\\:*?<>"|]')


class Layout:
    """Gives each document of one export a path of its own."""

    def __init__(self) -> None:
        """Begin with an empty archive."""
        self._taken = {MANIFEST}

    def place(self, collection: str, policy_type: str, name: str, document: Mapping[str, object]) -> str:
        """The path of the newest version of a policy, without its ending.

        Args:
            collection: key of its collection.
            policy_type: its concrete Graph type, short.
            name: what people call it.
            document: what says how IntuneCD ends its file name.
        """
        folder = _FOLDERS_OF_TYPES.get(policy_type) or _FOLDERS.get(collection) or _cleaned(collection)
        return f"{folder}/{_cleaned(name)[:NAME_LENGTH]}{_ending(document)}"

    def take(self, place: str, *, sync_run_id: int | None = None) -> str:
        """The path of a version, with a number where another has it already, whatever the case.

        Args:
            place: as `place` gives it.
            sync_run_id: of an earlier version; none: it is the newest of its policy.
        """
        start = place if sync_run_id is None else f"{VERSIONS}/sync-{sync_run_id}/{place}"
        path, number = f"{start}.json", 2
        while path.lower() in self._taken:
            path, number = f"{start}~{number}.json", number + 1
        self._taken.add(path.lower())
        return path


def _ending(document: Mapping[str, object]) -> str:
    declared, technologies = document.get("@odata.type"), document.get("technologies")
    said = ""
    if isinstance(declared, str) and declared.count(".") == 2:
        said = declared.rpartition(".")[2]
    elif declared is None and isinstance(technologies, str):
        said = technologies.rpartition(",")[2]
    return f"_{_cleaned(said)[:NAME_LENGTH]}" if said else ""


def _cleaned(name: str) -> str:
    """A name as a part of a path: nothing in it leads elsewhere, on any system."""
    kept = _UNDERSCORED.sub("_", _GONE.sub("", name)).strip()
    return kept if kept.strip(". ") else "unnamed"
