"""Rules for compliance policies, and for who is left out of them and of endpoint security."""

from collections.abc import Mapping

from app.core import Severity
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.endpoint_security import changes_endpoint_security, is_endpoint_security
from app.plugins.drift.severity.rule import SeverityRule
from app.plugins.drift.severity.targets import included

COLLECTIONS = frozenset({"compliancePolicy", "compliancePolicyV2"})


def _is_compliance(case: Case) -> bool:
    return case.collection in COLLECTIONS


def _is_removed(case: Case) -> bool:
    return _is_compliance(case) and case.is_removed


def _lost_its_block(case: Case) -> bool:
    return _is_compliance(case) and case.is_edited and _blocks(case.before) and not _blocks(case.after)


def _blocks(content: Mapping[str, object]) -> bool:
    """Whether a device that does not comply is blocked at some time."""
    rules = content.get("scheduledActionsForRule")
    for rule in rules if isinstance(rules, list) else ():
        actions = rule.get("scheduledActionConfigurations") if isinstance(rule, dict) else None
        for action in actions if isinstance(actions, list) else ():
            if isinstance(action, dict) and action.get("actionType") == "block":
                return True
    return False


def _reaches_fewer(case: Case) -> bool:
    """Whether an include target went or an exclusion came."""
    if not case.is_edited or not (_is_compliance(case) or is_endpoint_security(case)):
        return False
    before, after = case.targets_before, case.targets_after
    lost = included(before) - included(after)
    excluded = (after - included(after)) - (before - included(before))
    return bool(lost or excluded)


def _changed(case: Case) -> bool:
    return _is_compliance(case) and bool(case.setting_edits)


CRITICAL_RULES = (
    SeverityRule("compliance.removed", Severity.CRITICAL, "A compliance policy was removed.", _is_removed),
    SeverityRule(
        "compliance.block_removed",
        Severity.CRITICAL,
        "Devices that do not comply are no longer blocked.",
        _lost_its_block,
    ),
)
HIGH_RULES = (
    SeverityRule(
        "assignment.narrowed",
        Severity.HIGH,
        "A compliance or endpoint security policy reaches fewer than before.",
        _reaches_fewer,
    ),
    SeverityRule("compliance.changed", Severity.HIGH, "A compliance policy was changed.", _changed),
    SeverityRule(
        "endpoint_security.changed",
        Severity.HIGH,
        "An endpoint security setting was changed or removed.",
        changes_endpoint_security,
    ),
)
