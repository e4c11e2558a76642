"""The severity of one finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core import Severity
from app.plugins.drift.compare import Change, ChangeKind
from app.plugins.drift.severity.case import Case, Subject
from app.plugins.drift.severity.rulebook import NOTHING_VISIBLE, RULES
from app.plugins.drift.severity.targets import reaches_everyone


@dataclass(frozen=True, slots=True)
class Verdict:
    """How severe, by which rule, and why in one sentence."""

    severity: Severity
    rule_id: str
    reason: str


def severity_of(
    subject: Subject,
    kind: ChangeKind,
    changes: Sequence[Change],
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> Verdict:
    """Judge what happened to one policy: the highest matching rule wins.

    Args:
        subject: the policy's collection and type.
        kind: what happened to the policy.
        changes: its changed leaves; only read when it was modified or recreated.
        before: canonical content before, None when it was added.
        after: canonical content after, None when it was removed.

    Returns:
        The rule's severity, one step up when the policy reaches all users or all devices on either side.
    """
    case = Case(subject, kind, changes, before or {}, after or {})
    rule = next((rule for rule in RULES if rule.matches(case)), NOTHING_VISIBLE)
    severity = rule.severity
    if rule.steps_up and reaches_everyone(case.targets_before | case.targets_after):
        severity = severity.one_step_up
    if severity is rule.severity:
        return Verdict(severity, rule.id, rule.reason)
    return Verdict(severity, rule.id, f"{rule.reason} It reaches all users or all devices.")
