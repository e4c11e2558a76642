"""Rules for who may enrol which device, and for update rings."""

import re

from app.core import Severity
from app.plugins.drift.compare import Change, LeafKind
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.rule import SeverityRule

BLOCKS = frozenset({"platformBlocked", "personalDeviceEnrollmentBlocked"})
BLOCK_LISTS = frozenset({"blockedManufacturers", "blockedSkus"})
UPDATES_PAUSED = frozenset({"qualityUpdatesPaused", "featureUpdatesPaused"})


def _is_loosened(case: Case) -> bool:
    return case.collection == "enrollmentConfig" and any(_allows_more(change) for change in case.edits)


def _allows_more(change: Change) -> bool:
    name = change.names[-1]
    if name in BLOCKS:
        return change.before is True
    if name in BLOCK_LISTS:
        return change.kind is LeafKind.REMOVED
    if name == "osMinimumVersion":
        return change.after is None or _is_lower(change.after, change.before)
    if name == "osMaximumVersion":
        return change.after is None or _is_lower(change.before, change.after)
    if change.names == ("limit",):
        return _is_lower(change.before, change.after)
    return False


def _is_lower(one: object, other: object) -> bool:
    """Whether a version or number is below another; nothing is below or above an absent one."""
    numbers = [
        tuple(int(part) for part in re.findall(r"\d+", str(value)))
        for value in (one, other)
        if value is not None
    ]
    return len(numbers) == 2 and numbers[0] < numbers[1]


def _paused_updates(case: Case) -> bool:
    return case.collection == "deviceConfiguration" and any(
        change.after is True for change in case.edits_named(UPDATES_PAUSED) if len(change.names) == 1
    )


HIGH_RULES = (
    SeverityRule(
        "enrolment.loosened",
        Severity.HIGH,
        "Devices may enrol that were refused before.",
        _is_loosened,
    ),
    SeverityRule("update_ring.paused", Severity.HIGH, "An update ring was paused.", _paused_updates),
)
