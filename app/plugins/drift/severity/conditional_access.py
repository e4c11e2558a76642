"""Rules for Conditional Access policies and named locations."""

from collections.abc import Mapping

from app.core import Severity
from app.plugins.drift.compare import Change
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.rule import SeverityRule
from app.plugins.drift.severity.strength import grew

CONTROLS = frozenset({"mfa", "compliantDevice", "block"})


def _is_policy(case: Case) -> bool:
    return case.collection == "conditionalAccessPolicy"


def _is_removed(case: Case) -> bool:
    return _is_policy(case) and case.is_removed


def _is_switched_off(case: Case) -> bool:
    return (
        _is_policy(case)
        and case.is_edited
        and case.before.get("state") == "enabled"
        and case.after.get("state") != "enabled"
    )


def _lost_a_control(case: Case) -> bool:
    return _is_policy(case) and case.is_edited and bool(_controls(case.before) - _controls(case.after))


def _controls(content: Mapping[str, object]) -> frozenset[str]:
    """The demanded controls that count, an authentication strength among them whichever it is."""
    grant = content.get("grantControls")
    if not isinstance(grant, dict):
        return frozenset()
    names = grant.get("builtInControls")
    found = CONTROLS.intersection(names if isinstance(names, list) else ())
    return found | {"authenticationStrength"} if grant.get("authenticationStrength") else found


def _excludes_more(case: Case) -> bool:
    return _is_policy(case) and any(_adds_exclusion(change) for change in case.edits_of("conditions"))


def _adds_exclusion(change: Change) -> bool:
    if change.names[-2:] == ("deviceFilter", "mode"):
        return change.after == "exclude"
    return (
        any(name.startswith("exclude") for name in change.names)
        and not change.names[-1].startswith("@odata.")
        and grew(change)
    )


def _location_trust_changed(case: Case) -> bool:
    """Whether a location became trusted or lost its trust, or a trusted one covers other addresses."""
    if case.collection != "namedLocation":
        return False
    trusted = {case.before.get("isTrusted") is True, case.after.get("isTrusted") is True}
    if case.is_edited:
        return len(trusted) == 2 or (trusted == {True} and any(case.edits_of("ipRanges")))
    return True in trusted


CRITICAL_RULES = (
    SeverityRule(
        "conditional_access.removed",
        Severity.CRITICAL,
        "A Conditional Access policy was removed.",
        _is_removed,
    ),
    SeverityRule(
        "conditional_access.switched_off",
        Severity.CRITICAL,
        "A Conditional Access policy is no longer enforced.",
        _is_switched_off,
    ),
    SeverityRule(
        "conditional_access.control_removed",
        Severity.CRITICAL,
        "A Conditional Access policy no longer demands one of its controls.",
        _lost_a_control,
    ),
    SeverityRule(
        "conditional_access.exclusions_grew",
        Severity.CRITICAL,
        "A Conditional Access policy excludes more than before.",
        _excludes_more,
    ),
)
HIGH_RULES = (
    SeverityRule(
        "named_location.trust_changed",
        Severity.HIGH,
        "Which network addresses are trusted has changed.",
        _location_trust_changed,
    ),
)
