"""Rules for app protection policies."""

import re
from math import inf

from app.core import Severity
from app.plugins.drift.compare import Change, LeafKind
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.rule import SeverityRule

# Values from strict to loose.
SCALES: dict[str, tuple[str, ...]] = {
    "allowedInboundDataTransferSources": ("none", "managedApps", "allApps"),
    "allowedOutboundDataTransferDestinations": ("none", "managedApps", "allApps"),
    "allowedOutboundClipboardSharingLevel": ("blocked", "managedApps", "managedAppsWithPasteIn", "allApps"),
    "appActionIfDeviceComplianceRequired": ("wipe", "block", "warn"),
    "appActionIfMaximumPinRetriesExceeded": ("wipe", "block", "warn"),
    "pinCharacterSet": ("alphanumericAndSymbol", "numeric"),
    "notificationRestriction": ("block", "blockOrganizationalData", "allow"),
    "appDataEncryptionType": (
        "whenDeviceLocked",
        "whenDeviceLockedExceptOpenFiles",
        "afterDeviceRestart",
        "useDeviceSettings",
    ),
}
TRUE_IS_STRICT = re.compile(
    r"(Required|Blocked)$|^(encrypt|disable(?!AppPinIf|AppEncryptionIf|ProtectionOf))"
)
LOWER_IS_STRICT = re.compile(r"^maximum|^periodBefore|^periodOffline|^periodOnline|^gracePeriod")
HIGHER_IS_STRICT = re.compile(r"^minimum")
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def _is_weakened(case: Case) -> bool:
    if case.collection != "appProtection":
        return False
    return case.is_removed or any(_protects_less(change) for change in case.setting_edits)


def _protects_less(change: Change) -> bool:
    name = change.names[0]
    if name == "apps":
        return change.kind is LeafKind.REMOVED
    if name in SCALES:
        return _is_looser(SCALES[name], change)
    if TRUE_IS_STRICT.search(name):
        return change.before is True
    if LOWER_IS_STRICT.match(name):
        return _size(change.after) > _size(change.before)
    return bool(HIGHER_IS_STRICT.match(name)) and _version(change.after) < _version(change.before)


def _is_looser(scale: tuple[str, ...], change: Change) -> bool:
    """An absent value is the loosest; one the scale does not know is left to the general rules."""
    places = [scale.index(str(value)) if value in scale else None for value in (change.before, change.after)]
    before = len(scale) if change.before is None else places[0]
    after = len(scale) if change.after is None else places[1]
    return before is not None and after is not None and after > before


def _size(value: object) -> float:
    """A number, a version's first part, or an ISO 8601 duration in seconds; absent knows no limit."""
    if isinstance(value, int | float):
        return value
    found = DURATION.fullmatch(str(value))
    if found is None:
        return (_version(value) or (inf,))[0]
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _version(value: object) -> tuple[int, ...]:
    """A version or a number, comparable; absent is lowest."""
    return tuple(int(part) for part in re.findall(r"\d+", "" if value is None else str(value)))


HIGH_RULES = (
    SeverityRule(
        "app_protection.weakened",
        Severity.HIGH,
        "An app protection policy was removed or protects less than before.",
        _is_weakened,
    ),
)
