"""How the databases answer the pages of findings: along indexes, whatever else is in the table."""

import re
from itertools import pairwise

import pytest

from app.core.db import db
from app.core.statements import is_sqlite
from app.plugins.drift.findings import FindingFilter, count_open_findings, list_findings
from tests.support.asking import asking, plan_of
from tests.support.copies import copy_findings
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

WALK = re.compile(r"Index (Only )?Scan (.* )?on (ix_|pk_)?findings\b")
STATES = ("open", "new", "acknowledged", "resolved", "absorbed", "all")
FILTERS = (
    "",
    "severity=critical",
    "type=compliancePolicy",
    "change=modified",
    "finding=drift",
    "line=pair",
    "path=/state",
    "path=*/state&q=beacon",
    "hidden=1",
    "hold=1",
    *(f"status={state}" for state in STATES),
)
GROUPS = ("severity", "type", "change", "path")
NAMES = [f"P{number:02}" for number in range(10)]


@pytest.fixture
def database(request, database):
    """On a server of their own: what it learns of these rows must not change the plans of other tests."""
    return request.getfixturevalue("own_database") if database.name == "postgresql" else database


@pytest.fixture
def drift(tenant, make_tenant, take, compare):
    """A comparison with a held group, whose findings are in three tenants, many times."""
    before = {f"{name}.json": compliance(name) for name in NAMES} | {"ca.json": conditional_access("Beacon")}
    after = {"ca.json": conditional_access("Beacon", state="disabled")}
    run = compare(take(before), take(after | {"P00.json": compliance("P00", passcodeRequired=True)}))
    copy_findings(tenant, make_tenant(), make_tenant())
    return run


@pytest.fixture
def plans(browser, tenant):
    """The plans of what a page asks of findings, by statement: `plans("findings?hidden=1")`."""

    def read(page):
        with asking() as asked:
            answer = browser.get(f"/t/{tenant.slug}/{page}")
        assert answer.status_code == 200, answer.text
        found = {one.statement: plan_of(one) for one in asked if is_of_findings(one.statement)}
        db.session.rollback()
        assert found, page
        return found

    return read


def is_of_findings(statement):
    return statement.startswith("SELECT") and "finding" in statement


def whole_reads(plans):
    """The steps that read all there is of findings, and be it along an index."""
    return [step for plan in plans.values() for step in _whole_reads(plan)]


def _whole_reads(plan):
    if is_sqlite():
        return [step for step in plan if " SCAN finding" in step]
    return [
        step
        for step, detail in pairwise([*plan, ""])
        if "Seq Scan on finding" in step or (WALK.search(step) and "Index Cond" not in detail)
    ]


@on_both_databases
def test_no_list_of_findings_reads_what_others_have(plans, tenant, drift):
    place = list_findings(tenant, FindingFilter(), limit=300)[-1].id
    deep = [f"group={group}&status=all&{way}={place}" for group in GROUPS for way in ("after", "before")]

    found = {page: whole_reads(plans(f"findings?{page}")) for page in (*FILTERS, f"run={drift.id}", *deep)}

    assert {page: steps for page, steps in found.items() if steps} == {}


@on_both_databases
def test_counting_by_tenant_reads_the_tenants_of_the_viewer(plans, drift):
    found = [plans(f"findings/tenants?{page}") for page in ("", "severity=high&q=beacon", "status=all")]

    assert [whole_reads(one) for one in found] == [[], [], []]


@on_both_databases
def test_the_trend_reads_the_findings_of_its_tenant(plans, drift, tenant):
    assert whole_reads(plans("findings/trend?days=365")) == []


@on_both_databases
def test_the_page_of_a_finding_reads_its_own_history_and_what_is_alike(plans, tenant, drift):
    finding = list_findings(tenant, FindingFilter(), limit=300)[-1]

    found = plans(f"findings/{finding.id}")

    assert whole_reads(found) == []
    steps = " ".join(step for plan in found.values() for step in plan)
    assert "ix_finding_events_finding_id_id" in steps
    assert "ix_findings_same_paths_tenant_id" in steps


@on_both_databases
def test_held_groups_are_found_by_their_state_and_count_their_own(plans, drift):
    [found] = [plan for statement, plan in plans("findings").items() if "FROM finding_holds" in statement]

    assert whole_reads({"": found}) == []
    assert any("ix_findings_hold_id" in step for step in found), found


@on_both_databases
def test_the_overview_counts_open_findings_in_their_own_index_alone(tenant, make_tenant, drift):
    for tenants in ([tenant], [tenant, make_tenant()]):
        with asking() as asked:
            count_open_findings(tenants)

        [step] = [step for step in plan_of(asked[-1]) if "ix_findings_open" in step]
        assert "COVERING INDEX" in step or "Index Only Scan" in step
