"""Rules for any policy: what is left when no rule of its area matches."""

from app.core import Severity
from app.plugins.drift.compare import ChangeKind
from app.plugins.drift.severity.case import Case
from app.plugins.drift.severity.rule import SeverityRule
from app.plugins.drift.severity.targets import included

NAMES = frozenset({"displayName", "name"})
SCOPE_TAGS = frozenset({"roleScopeTagIds", "roleScopeTags"})


def _removed_assigned(case: Case) -> bool:
    return case.is_removed and case.was_assigned


def _removed_unassigned(case: Case) -> bool:
    return case.is_removed and not case.was_assigned


def _added_assigned(case: Case) -> bool:
    return case.is_added and case.is_assigned


def _added_unassigned(case: Case) -> bool:
    return case.is_added and not case.is_assigned


def _app_intent_changed(case: Case) -> bool:
    """Whether an app is now offered, required or removed where it was something else before."""
    if case.collection != "mobileApp" or not case.is_edited:
        return False
    before = {target.who: target.intent for target in included(case.targets_before)}
    after = {target.who: target.intent for target in included(case.targets_after)}
    return any(before[who] != after[who] for who in before.keys() & after.keys())


def _filter_rule_changed(case: Case) -> bool:
    return case.collection == "assignmentFilter" and any(case.edits_of("rule"))


def _secret_changed(case: Case) -> bool:
    return any(change.is_secret for change in case.edits)


def _notification_text_changed(case: Case) -> bool:
    return case.collection == "notificationTemplate" and bool(case.setting_edits)


def _setting_changed(case: Case) -> bool:
    return bool(case.setting_edits) and case.collection != "notificationTemplate"


def _renamed(case: Case) -> bool:
    return any(change.names[0] in NAMES and len(change.names) == 1 for change in case.edits)


def _scope_tags_changed(case: Case) -> bool:
    return any(change.names[0] in SCOPE_TAGS for change in case.edits)


def _priority_changed(case: Case) -> bool:
    return any(change.names == ("priority",) for change in case.edits)


def _description_changed(case: Case) -> bool:
    return any(change.names == ("description",) for change in case.edits)


def _recreated_identical(case: Case) -> bool:
    return case.kind is ChangeKind.RECREATED and not case.changes


HIGH_RULES = (
    SeverityRule(
        "policy.removed_assigned", Severity.HIGH, "An assigned policy was removed.", _removed_assigned
    ),
)
MEDIUM_RULES = (
    SeverityRule("policy.added_assigned", Severity.MEDIUM, "A new policy is assigned.", _added_assigned),
    SeverityRule(
        "policy.removed_unassigned",
        Severity.MEDIUM,
        "A policy was removed that was assigned to nobody.",
        _removed_unassigned,
    ),
    SeverityRule(
        "app.intent_changed", Severity.MEDIUM, "How an app is offered was changed.", _app_intent_changed
    ),
    SeverityRule(
        "filter.rule_changed",
        Severity.MEDIUM,
        "The rule of an assignment filter was changed.",
        _filter_rule_changed,
    ),
    SeverityRule("secret.changed", Severity.MEDIUM, "A secret value was changed.", _secret_changed),
    SeverityRule("setting.changed", Severity.MEDIUM, "A setting was changed.", _setting_changed),
)
LOW_RULES = (
    SeverityRule(
        "policy.added_unassigned", Severity.LOW, "A new policy is assigned to nobody yet.", _added_unassigned
    ),
    SeverityRule("name.changed", Severity.LOW, "The policy was renamed.", _renamed),
    SeverityRule("scope_tags.changed", Severity.LOW, "The scope tags were changed.", _scope_tags_changed),
    SeverityRule("priority.changed", Severity.LOW, "The priority was changed.", _priority_changed),
    SeverityRule(
        "notification.text_changed",
        Severity.LOW,
        "The text of a notification was changed.",
        _notification_text_changed,
    ),
)
INFO_RULES = (
    SeverityRule(
        "description.changed",
        Severity.INFO,
        "Only the description was changed.",
        _description_changed,
        steps_up=False,
    ),
    SeverityRule(
        "recreated.identical",
        Severity.INFO,
        "The policy was deleted and created again with the same content.",
        _recreated_identical,
        steps_up=False,
    ),
)
