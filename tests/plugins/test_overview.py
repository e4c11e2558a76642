"""What inventory and drift say on a tenant's start page."""

import pytest
from sqlalchemy import text

from app.core import current_catalog, db
from app.core.registry.extensions import OverviewCard
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access


@pytest.fixture
def home(browser, tenant):
    def load():
        answer = browser.get(f"/t/{tenant.slug}/")
        assert answer.status_code == 200
        assert "Not available" not in answer.text
        return answer.text

    return load


def test_the_cards_of_the_product_are_declared_like_those_of_any_plugin(app):
    found = current_catalog().declared(OverviewCard)

    assert {key: one.plugin for key, one in found.items()} == {
        "last_snapshot": "inventory",
        "open_findings": "drift",
    }


def test_a_tenant_without_anything_has_cards_that_say_so(home):
    page = home()

    assert "No policies were read yet" in page
    assert "open findings" in page


@on_both_databases
def test_the_cards_tell_the_last_snapshot_its_coverage_and_what_is_open(
    home, tenant, take, compare, make_tenant
):
    first = take({"a.json": compliance("A"), "ca.json": conditional_access("Beacon")})
    second = take({"a.json": compliance("A"), "ca.json": conditional_access("Beacon", state="disabled")})
    take({"x.json": compliance("X")}, of=make_tenant())
    compare(first, second)

    page = home()

    assert f"policies in sync {second.id}, " in page
    assert f'href="/t/{tenant.slug}/inventory/syncs/{second.id}"' in page
    assert "2 of 2" in page
    assert f'<a href="/t/{tenant.slug}/findings?severity=critical">critical</a>' in page
    assert ">high</a>" not in page


def test_a_type_that_was_not_read_completely_shows(home, take):
    take({"a.json": compliance("A"), "b.json": conditional_access("B")})
    take({"iOS/a.json": compliance("A"), "iOS/b.json": b"{broken"})

    assert "0 of 1" in home()


def test_the_cards_are_read_from_indexes(app, tenant):
    asked = {
        "SELECT * FROM inventory_sync_runs WHERE tenant_id = 1 ORDER BY id DESC LIMIT 1": "tenant_id_id",
        "SELECT severity_rank, count(*) FROM findings WHERE tenant_id = 1 AND status = 'new' "
        "GROUP BY severity_rank": "COVERING INDEX ix_findings_tenant_id_status_severity_rank",
    }

    for query, index in asked.items():
        plan = str(db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
        assert index in plan
        assert "TEMP B-TREE" not in plan
