"""Rules for what protects a device: encryption, antivirus, firewall and the rest of endpoint security."""

from functools import partial

from app.core import Severity
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.protections import (
    PROTECTIONS,
    Protection,
    protection_of,
    template_family,
)
from app.plugins.drift.severity.rule import SeverityRule

COLLECTIONS = frozenset({"deviceConfiguration", "settingsCatalog", "endpointSecurityIntent"})


def is_endpoint_security(case: Case) -> bool:
    """Whether a policy as a whole belongs to endpoint security, or is a security baseline."""
    if case.collection not in COLLECTIONS:
        return False
    families = {template_family(case.before), template_family(case.after)}
    return (
        case.collection == "endpointSecurityIntent"
        or any(family.startswith(("endpointSecurity", "baseline")) for family in families)
        or case.protection is not None
    )


def changes_endpoint_security(case: Case) -> bool:
    """Whether the policy is edited in a way that matters to endpoint security."""
    if case.collection not in COLLECTIONS:
        return False
    if is_endpoint_security(case):
        return case.is_removed or bool(case.setting_edits)
    return any(protection_of(setting) for setting, _ in case.value_edits)


def _is_removed(protection: Protection, case: Case) -> bool:
    if not case.is_removed or case.collection not in COLLECTIONS:
        return False
    if case.protection is protection:
        return True
    return any(protection_of(setting) is protection for setting in case.settings_before)


def _is_weakened(protection: Protection, case: Case) -> bool:
    return case.collection in COLLECTIONS and protection.name in case.weakened


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
