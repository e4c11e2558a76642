"""Rules for scripts that run on devices."""

from app.core import Severity
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.rule import SeverityRule
from app.plugins.drift.severity.targets import reaches_everyone

COLLECTIONS = frozenset({"psScript", "shellScript", "customAttribute", "healthScript", "complianceScript"})
BODIES = frozenset({"scriptContent", "detectionScriptContent", "remediationScriptContent"})
RUN_AS = frozenset({"runAsAccount"})


def _changed_what_runs(case: Case) -> bool:
    return case.collection in COLLECTIONS and any(case.edits_named(BODIES | RUN_AS))


def _new_for_everyone(case: Case) -> bool:
    return case.collection in COLLECTIONS and case.is_added and reaches_everyone(case.targets_after)


HIGH_RULES = (
    SeverityRule(
        "script.changed",
        Severity.HIGH,
        "What a script does, or the account it runs as, was changed.",
        _changed_what_runs,
    ),
    SeverityRule(
        "script.new_for_everyone",
        Severity.HIGH,
        "A new script runs for all users or on all devices.",
        _new_for_everyone,
        steps_up=False,
    ),
)
