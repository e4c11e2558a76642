"""What drift itself declares to be never a finding."""

import pytest

from app.core import Declared
from app.plugins.drift.ignoring import IgnoreRules, whole_by
from app.plugins.drift.own_rules import OWN_RULES

CA = "conditionalAccessPolicy"
SHAREPOINT = {"displayName": "[SharePoint admin center]Block access from apps", "state": "enabled"}
MANAGED = {"displayName": "Microsoft-managed: Block legacy authentication", "state": "disabled"}


RULES = IgnoreRules(
    [Declared("drift", rule) for rule in OWN_RULES], lambda _type, content: content.get("displayName", "")
)


def is_never_a_finding(collection, before, after):
    return whole_by(RULES.applying(collection, before, after)) is not None


@pytest.mark.parametrize("content", [SHAREPOINT, MANAGED])
@pytest.mark.parametrize("sides", ["added", "removed", "modified"])
def test_conditional_access_kept_by_microsoft_is_never_a_finding(content, sides):
    before = None if sides == "added" else content
    after = None if sides == "removed" else {**content, "description": "new"}

    assert is_never_a_finding(CA, before, after)


def test_a_managed_policy_counts_as_soon_as_it_is_or_was_enforced():
    assert not is_never_a_finding(CA, MANAGED, {**MANAGED, "state": "enabled"})
    assert not is_never_a_finding(CA, {**MANAGED, "state": "enabled"}, MANAGED)


def test_a_policy_renamed_into_microsofts_pattern_is_a_finding():
    assert not is_never_a_finding(CA, {**SHAREPOINT, "displayName": "Require MFA"}, SHAREPOINT)


@pytest.mark.parametrize("collection", ["roleDefinition", "roleScopeTag"])
def test_built_in_roles_and_tags_are_never_a_finding(collection):
    assert is_never_a_finding(collection, {"isBuiltIn": True}, None)
    assert not is_never_a_finding(collection, {"isBuiltIn": False}, None)


def test_the_marks_mean_nothing_in_another_collection():
    assert not is_never_a_finding("deviceConfiguration", SHAREPOINT | {"isBuiltIn": True}, None)


def test_nothing_at_all_is_not_exempt():
    assert not is_never_a_finding(CA, None, None)
