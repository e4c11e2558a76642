"""Findings by tenant: the same filters in each tenant of the viewer, and in no other."""

import re

import pytest
from sqlalchemy import delete

from app.core import Role, db
from app.core.users import Membership, set_membership
from app.plugins.drift.by_tenant import count_by_tenant
from app.plugins.drift.findings import FindingFilter, list_findings
from app.plugins.drift.severity import Severity
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access


@pytest.fixture
def drift(take, compare):
    """Two policies of a tenant change, a third is added, and nothing else: `drift(tenant)`."""

    def run(tenant):
        before = {"a.json": compliance("Quay", x=1), "ca.json": conditional_access("Beacon")}
        after = {"a.json": compliance("Quay", x=2), "ca.json": conditional_access("Beacon", state="disabled")}
        syncs = take(before, of=tenant), take(after | {"n.json": compliance("New")}, of=tenant)
        return compare(*syncs, of=tenant)

    return run


@pytest.fixture
def tenants(tenant, operator, make_tenant):
    """Two tenants of the operator, with one more of nobody here: (first, second, stranger)."""
    second, stranger = make_tenant("second", "Second Quay"), make_tenant("stranger", "Strange Shore")
    set_membership(operator, second, Role.READONLY)
    return tenant, second, stranger


def rows(page):
    """What the page lists: [(address, number), ...]."""
    table = page.partition('id="by-tenant"')[2]
    return re.findall(r'<a href="([^"]*)">[^<]*</a></th>\s*<td class="number">([\d,]+)</td>', table)


@on_both_databases
def test_each_tenant_of_the_viewer_has_its_number_and_no_other_has(tenants, operator, drift):
    first, second, stranger = tenants
    for one in (second, stranger):
        drift(one)

    counted = count_by_tenant(operator, FindingFilter())

    assert [(found.tenant.slug, found.number) for found in counted] == [("second", 3), (first.slug, 0)]


@on_both_databases
@pytest.mark.parametrize(
    "wanted",
    [
        FindingFilter(severity=Severity.CRITICAL),
        FindingFilter(collection="compliancePolicy"),
        FindingFilter(path="/state"),
        FindingFilter(text="quay"),
        FindingFilter(is_hidden=True),
    ],
)
def test_the_numbers_are_those_of_each_list_under_the_same_filters(tenants, operator, drift, wanted):
    for one in tenants:
        drift(one)

    counted = count_by_tenant(operator, wanted)

    assert {found.tenant.id: found.number for found in counted} == {
        one.id: len(list_findings(one, wanted)) for one in tenants[:2]
    }


def test_the_page_links_each_tenants_list_with_the_same_filters(browser, tenants, drift):
    first, second, stranger = tenants
    for one in (second, stranger):
        drift(one)

    page = browser.get(f"/t/{first.slug}/findings/tenants?type=compliancePolicy&status=all&q=qu").text

    query = "?type=compliancePolicy&amp;status=all&amp;q=qu"
    assert rows(page) == [(f"/t/second/findings{query}", "1"), (f"/t/{first.slug}/findings{query}", "0")]
    assert "Strange Shore" not in page
    listed = browser.get(rows(page)[0][0].replace("&amp;", "&")).text
    assert ">Quay</a>" in listed
    assert ">Beacon</a>" not in listed
    empty = browser.get(rows(page)[1][0].replace("&amp;", "&")).text
    assert '<option value="compliancePolicy" selected>' in empty


def test_a_run_and_a_group_are_of_one_tenant_and_left_out(browser, tenants, drift):
    first, second, _ = tenants
    drift(second)
    run = drift(first)

    page = browser.get(f"/t/{first.slug}/findings/tenants?run={run.id}&hold=1&severity=critical").text

    links = {address.partition("?")[2] for address, _ in rows(page)}
    assert links == {"severity=critical&amp;status=all"}
    assert [number for _, number in rows(page)] == ["1", "1"]


def test_who_leaves_a_tenant_counts_there_no_more(browser, tenants, drift):
    first, second, _ = tenants
    drift(second)
    address = f"/t/{first.slug}/findings/tenants"
    assert len(rows(browser.get(address).text)) == 2

    db.session.execute(delete(Membership).where(Membership.tenant_id == second.id))
    db.session.commit()

    assert [link for link, _ in rows(browser.get(address).text)] == [f"/t/{first.slug}/findings"]


def test_who_is_no_member_of_the_address_sees_nothing(browser, tenants):
    assert browser.get("/t/stranger/findings/tenants").status_code == 403


def test_only_members_of_several_are_offered_it(browser, tenants, sign_in, make_user):
    first, *_ = tenants
    address = f"/t/{first.slug}/findings"
    alone = sign_in(make_user(tenant=first, role=Role.OWNER))

    assert f'href="{address}/tenants?severity=high"' in browser.get(f"{address}?severity=high").text
    assert "By tenant" not in alone.get(address).text


def test_a_filter_without_meaning_is_refused(browser, tenants):
    assert browser.get(f"/t/{tenants[0].slug}/findings/tenants?severity=purple").status_code == 400
