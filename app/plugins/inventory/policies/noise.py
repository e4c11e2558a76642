"""What differs between two readings of an unchanged policy, and is therefore dropped. Scoped by path."""

from app.plugins.inventory.policies.words import words

# Object properties that Graph writes and nobody configures, wherever they stand.
_EVERYWHERE = frozenset({"createddatetime", "lastmodifieddatetime", "modifieddatetime"})

_AT_ROOT = words("""
    id version isassigned settingcount supportsscopetags deployedappcount creationsource createdby
    lastmodifiedby referencingconfigurationpolicycount enrolleddevicecount enrollmenttokenusagecount
    synceddevicecount highestavailableversion dependentappcount supersededappcount
    supersedingappcount uploadstate publishingstate committedcontentversion size usedlicensecount
    totallicensecount newupdates inventorysyncstatus devicereporting deployablecontentdisplayname
    releasedatedisplayname endofsupportdate devicestatuses userstatuses devicestatusoverview
    userstatusoverview devicesettingstatesummaries devicerunstates runsummary assigneddevices
    deleteddatetime
""")

_AT_ROOT_OF = {
    "assignmentFilter": frozenset({"payloads"}),
}

_RING_STATE = ("willberolledback", "pausestartdate", "pauseexpirydatetime", "rollbackstartdatetime")

_ROWS_WITH_ID = words("""
    settings definitionvalues presentationvalues scheduledactionsforrule scheduledactionconfigurations
    localizednotificationmessages assignments settingsdelta apps
    """)

_REFERENCES = frozenset({"definition@odata.bind", "presentation@odata.bind"})

_ONBOARDING_BLOBS = ("onboardingblob", "offboardingblob")


def is_noise(path: tuple[str, ...], collection: str) -> bool:
    """Whether the property at `path` (root first, list indices left out) is no configuration.

    Source: the comparison rules for Intune and Conditional Access exports; decided by path, because `id` or
    `version` deeper inside a policy can be configuration.
    """
    key = path[-1].lower()
    if "@odata." in key:
        return key != "@odata.type" and key not in _REFERENCES
    if key.startswith("#") or key in _EVERYWHERE or key.endswith(_ONBOARDING_BLOBS):
        return True
    if len(path) == 1:
        return _is_root_noise(key, collection)
    return _is_row_id(path[-2].lower(), key)


def _is_root_noise(key: str, collection: str) -> bool:
    if key in _AT_ROOT or key in _AT_ROOT_OF.get(collection, ()):
        return True
    return collection == "deviceConfiguration" and key.endswith(_RING_STATE)


def _is_row_id(parent: str, key: str) -> bool:
    return (key == "id" and parent in _ROWS_WITH_ID) or (key == "sourceid" and parent == "assignments")
