"""What Microsoft keeps itself is nobody's drift: no finding, but counted."""

import pytest

from tests.support.snapshots import conditional_access


@pytest.mark.parametrize(
    ("before", "after"),
    [("enabled", "disabled"), ("enabled", "enabledForReportingButNotEnforced")],
)
def test_what_the_sharepoint_admin_center_keeps_is_no_finding_but_counted(
    take, compare, drifted, before, after
):
    name = "[SharePoint admin center]Block access from unmanaged devices"

    run = compare(
        take({"s.json": conditional_access(name, state=before), "c.json": conditional_access("C")}),
        take({"s.json": conditional_access(name, state=after), "c.json": conditional_access("C", x=1)}),
    )

    assert drifted() == {("modified", "C")}
    assert run.summary["hidden_by_rule"] == {"sharepoint_admin_center": 1}
    (note,) = run.summary["notes"]
    assert note.startswith("Hidden by rule SharePoint admin center: findings 1, changes 0.")
    assert run.summary["findings"]["modified"] == 1


def test_a_policy_of_microsoft_that_gets_enabled_is_a_finding(take, compare, drifted):
    name = "Microsoft-managed: Multifactor authentication for admins"

    run = compare(
        take({"m.json": conditional_access(name, state="disabled")}),
        take({"m.json": conditional_access(name, state="enabled")}),
    )

    assert drifted() == {("modified", name)}
    assert run.summary["hidden_by_rule"] == {}


def test_a_built_in_role_is_no_finding_and_a_custom_one_is(take, compare, drifted):
    def roles(*actions):
        role = {"@odata.type": "#microsoft.graph.roleDefinition", "permissions": [{"actions": list(actions)}]}
        return {
            "b.json": role | {"displayName": "Built in", "id": "1", "isBuiltIn": True},
            "c.json": role | {"displayName": "Custom", "id": "2", "isBuiltIn": False},
        }

    run = compare(take(roles("read")), take(roles("read", "write")))

    assert drifted() == {("modified", "Custom")}
    assert run.summary["hidden_by_rule"] == {"built_in": 1}
