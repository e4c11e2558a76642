"""The page of one finding."""

import pytest

from app.core import Role, db
from app.core.users import set_membership
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

SALES = "11111111-2222-3333-4444-555555555555"
FILTER = "77777777-2222-3333-4444-555555555555"


@pytest.fixture
def change(take, compare, findings):
    """Import a policy twice and answer with the one finding between the two."""

    def happen(before, after, *, of=None, beside=None):
        rest = beside or {}
        syncs = [take({**rest, "p.json": body}, of=of) for body in (before, after)]
        compare(*syncs, of=of)
        (found,) = findings(of=of)
        return found

    return happen


@pytest.fixture
def page_of(browser, tenant):
    def get(finding, query=""):
        return browser.get(f"/t/{tenant.slug}/findings/{finding.id}{query}")

    return get


def disabled(name="Beacon"):
    return conditional_access(name), conditional_access(name, state="disabled")


def test_the_page_of_a_finding_shows_before_after_and_why(page_of, change):
    finding = change(*disabled())

    page = page_of(finding).text

    for shown in ("/state", "State", "enabled", "disabled", finding.severity_rule, "Critical"):
        assert shown in page


def test_before_and_after_stand_beside_each_other_or_as_lines(page_of, change):
    finding = change(*disabled())

    sides, unified = (page_of(finding, query).text for query in ("", "?view=unified"))

    assert 'class="change__sides"' in sides
    assert "<del>" not in sides
    assert "<del>enabled</del>" in unified
    assert "<ins>disabled</ins>" in unified
    assert 'class="change__sides"' not in unified


def test_another_view_is_refused_and_named(page_of, change):
    answer = page_of(change(*disabled()), "?view=upside-down")

    assert answer.status_code == 400
    assert "upside-down" in answer.text


def test_both_syncs_are_linked_with_the_time_they_were_taken_and_so_is_the_run(
    page_of, change, tenant, sync_of
):
    finding = change(*disabled())

    page = page_of(finding).text

    for run_id in (finding.baseline_run_id, finding.current_run_id):
        assert f"/t/{tenant.slug}/inventory/syncs/{run_id}" in page
    assert f"/monitoring/operations/{finding.operation_run_id}" in page
    assert "UTC" in page
    assert "export-1" in page
    assert "export-2" in page


def test_assignments_are_told_with_group_and_filter(page_of, change):
    def assigned(**extra):
        target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": SALES, **extra}
        return {"assignments": [{"target": target}]}

    filters = {
        "Filters/f.json": {
            "@odata.type": "#microsoft.graph.deviceAndAppManagementAssignmentFilter",
            "id": FILTER,
            "displayName": "Corporate Windows",
            "platform": "windows10AndLater",
            "rule": "(device.deviceOwnership -eq 'Corporate')",
        }
    }
    filtered = assigned(
        groupName="Sales",
        deviceAndAppManagementAssignmentFilterId=FILTER,
        deviceAndAppManagementAssignmentFilterType="exclude",
    )
    finding = change(
        compliance("P", **assigned(groupName="Sales")), compliance("P", **filtered), beside=filters
    )

    page = page_of(finding).text

    assert "Include group Sales" in page
    assert "exclude Corporate Windows" in page
    assert "Assignment: include group Sales" in page


def test_a_group_that_nobody_can_name_is_called_deleted_or_unreadable(page_of, change):
    target = {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": SALES}

    page = page_of(change(compliance("P"), compliance("P", assignments=[{"target": target}]))).text

    assert f"Exclude group deleted or unreadable ({SALES})" in page


def test_a_changed_secret_shows_no_value(page_of, change):
    def oma(value):
        setting = {"omaUri": "./Device/X", "displayName": "X", "value": value}
        setting["@odata.type"] = "#microsoft.graph.omaSettingString"
        kind = "#microsoft.graph.windows10CustomConfiguration"
        return {"@odata.type": kind, "displayName": "P", "omaSettings": [setting]}

    page = page_of(change(oma("first-password"), oma("second-password"))).text

    assert "secret value" in page
    assert "first-password" not in page
    assert "second-password" not in page


def test_a_finding_whose_syncs_are_gone_still_has_its_page(page_of, change, fresh):
    finding = fresh(change(*disabled()))
    finding.baseline_run_id = finding.current_run_id = finding.policy_id = None
    db.session.commit()

    page = page_of(finding)

    assert page.status_code == 200
    assert "/state" in page.text


@on_both_databases
def test_the_same_change_is_found_in_tenants_of_the_viewer_and_in_no_other(
    sign_in, make_user, make_tenant, tenant, change
):
    mine, foreign = make_tenant(name="Mine Ltd"), make_tenant(name="Foreign Ltd")
    here = change(*disabled("Beacon"))
    change(*disabled("Other name"), of=mine)
    change(*disabled("Beacon"), of=foreign)
    viewer = make_user(tenant=tenant, role=Role.READONLY)
    set_membership(viewer, mine, Role.READONLY)
    browser = sign_in(viewer)

    page = browser.get(f"/t/{tenant.slug}/findings/{here.id}").text

    assert "Other name" in page
    assert "in Mine Ltd" in page
    assert "in Foreign Ltd" not in page


def test_another_change_of_the_same_paths_is_the_same_only_under_the_same_name(
    sign_in, make_user, make_tenant, tenant, change
):
    other, third = make_tenant(name="Other Ltd"), make_tenant(name="Third Ltd")
    here = change(*disabled("Beacon"))
    report = "enabledForReportingButNotEnforced"
    change(conditional_access("Beacon"), conditional_access("Beacon", state=report), of=other)
    change(conditional_access("Lighthouse"), conditional_access("Lighthouse", state=report), of=third)
    viewer = make_user(tenant=tenant)
    for seen in (other, third):
        set_membership(viewer, seen, Role.READONLY)

    page = sign_in(viewer).get(f"/t/{tenant.slug}/findings/{here.id}").text

    assert "in Other Ltd" in page
    assert "in Third Ltd" not in page
