"""Rules for what protects a device: encryption, antivirus, firewall and the rest of endpoint security."""

from functools import partial

from app.core import Severity
from app.plugins.drift.compare import Change
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.protections import (
    PROTECTIONS,
    Protection,
    protection_of,
    protection_of_policy,
    template_family,
)
from app.plugins.drift.severity.rule import SeverityRule
from app.plugins.drift.severity.settings import setting_of
from app.plugins.drift.severity.strength import is_weakened

COLLECTIONS = frozenset({"deviceConfiguration", "settingsCatalog", "endpointSecurityIntent"})


def is_endpoint_security(case: Case) -> bool:
    """Whether a policy as a whole belongs to endpoint security, or is a security baseline."""
    if case.collection not in COLLECTIONS:
        return False
    families = {template_family(case.before), template_family(case.after)}
    return (
        case.collection == "endpointSecurityIntent"
        or any(family.startswith(("endpointSecurity", "baseline")) for family in families)
        or _policy_protection(case) is not None
    )


def changes_endpoint_security(case: Case) -> bool:
    """Whether the policy is edited in a way that matters to endpoint security."""
    if case.collection not in COLLECTIONS:
        return False
    if is_endpoint_security(case):
        return case.is_removed or bool(case.setting_edits)
    return any(_protection_at(change) for change in case.setting_edits)


def _policy_protection(case: Case) -> Protection | None:
    return protection_of_policy(case.subject.policy_type, case.before or case.after)


def _protection_at(change: Change) -> Protection | None:
    setting = setting_of(change)
    return protection_of(setting) if setting else None


def _is_removed(protection: Protection, case: Case) -> bool:
    if not case.is_removed or case.collection not in COLLECTIONS:
        return False
    if _policy_protection(case) is protection:
        return True
    return any(protection_of(setting) is protection for setting in case.settings_before)


def _is_weakened(protection: Protection, case: Case) -> bool:
    if case.collection not in COLLECTIONS:
        return False
    whole = _policy_protection(case)
    for change in case.setting_edits:
        setting = setting_of(change)
        if setting and (protection_of(setting) or whole) is protection and is_weakened(setting, change):
            return True
    return False


def _rules_of(protection: Protection) -> tuple[SeverityRule, SeverityRule]:
    return (
        SeverityRule(
            f"{protection.name}.removed",
            Severity.CRITICAL,
            f"{protection.label} was removed with its policy.",
            partial(_is_removed, protection),
        ),
        SeverityRule(
            f"{protection.name}.weakened",
            Severity.CRITICAL,
            f"{protection.label} protects less than before.",
            partial(_is_weakened, protection),
        ),
    )


CRITICAL_RULES = tuple(rule for protection in PROTECTIONS for rule in _rules_of(protection))
