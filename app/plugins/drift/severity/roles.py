"""Rules for Intune roles."""

from app.core import Severity
from app.plugins.drift.compare import Change, LeafKind
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.rule import SeverityRule

GRANTS = frozenset({"actions", "allowedResourceActions", "members", "resourceScopes", "scopeMembers"})
DENIALS = frozenset({"notAllowedResourceActions"})


def _is_widened(case: Case) -> bool:
    return case.collection == "roleDefinition" and any(_widens(change) for change in case.edits)


def _widens(change: Change) -> bool:
    if change.names[-1] in GRANTS:
        return change.kind is not LeafKind.REMOVED
    return change.names[-1] in DENIALS and change.kind is not LeafKind.ADDED


CRITICAL_RULES = (
    SeverityRule("role.widened", Severity.CRITICAL, "An Intune role allows more than before.", _is_widened),
)
