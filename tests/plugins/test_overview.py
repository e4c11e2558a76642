"""What inventory and drift say on a tenant's start page."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from app.core import Role, clock, current_catalog, db
from app.core.registry.extensions import OverviewCard
from app.core.users import set_membership
from app.plugins.drift.findings import count_open_findings
from app.plugins.inventory.models import InventorySyncRun
from tests.support.asking import asking, plan_of
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

    assert f"policies in sync {second.id}</a>" in page
    assert ">last sync</a>" in page
    assert "just now</time>" in page
    assert f'href="/t/{tenant.slug}/inventory/syncs/{second.id}"' in page
    assert "2 of 2" in page
    assert f'<a href="/t/{tenant.slug}/findings?severity=critical&amp;status=new">critical</a>' in page
    assert ">high</a>" not in page


def test_a_type_that_was_not_read_completely_shows(home, take):
    take({"a.json": compliance("A"), "b.json": conditional_access("B")})
    take({"iOS/a.json": compliance("A"), "iOS/b.json": b"{broken"})

    assert "0 of 1" in home()


def finished(sync, **columns):
    db.session.execute(update(InventorySyncRun).where(InventorySyncRun.id == sync.id).values(**columns))
    db.session.commit()


def test_an_old_sync_is_a_warning_and_a_failed_one_is_bad(home, take):
    first = take({"a.json": compliance("A")})
    finished(first, finished_at=clock.now() - timedelta(days=8))
    assert "last sync, more than 7 days old" in home()

    finished(take({"a.json": compliance("A")}), status="failed")

    page = home()
    assert "Failed" in page
    assert f"policies in sync {first.id}</a>" in page, "what was read last is told all the same"


@on_both_databases
def test_both_have_a_column_for_all_tenants(browser, operator, take, compare, tenant, make_tenant, make_user):
    quiet, foreign = make_tenant("quiet"), make_tenant("foreign")
    set_membership(operator, quiet, Role.READONLY)
    files = {"a.json": compliance("A"), "ca.json": conditional_access("Beacon")}
    drifted = files | {"ca.json": conditional_access("Beacon", state="disabled")}
    compare(take(files), take(drifted))
    compare(take(files, of=foreign), take(drifted, of=foreign), of=foreign)

    page = browser.get("/").text

    assert page.index(">Fictional Ltd</a>") < page.index(">quiet</a>")
    assert f'href="/t/{tenant.slug}/findings?severity=critical&amp;status=new">critical</a>' in page
    assert page.count(">critical</a>") == 1
    assert "2 of 2" in page
    assert 'href="/t/quiet/inventory">No policies were read yet</a>' in page
    assert 'href="/t/quiet/findings">open findings</a>' in page
    assert "foreign" not in page


def test_all_tenants_ask_inventory_and_drift_as_much_as_one_does(app, make_tenant):
    tenants = [make_tenant() for _ in range(4)]
    for found in current_catalog().declared(OverviewCard).values():
        counts = []
        for some in (tenants[:1], tenants):
            with app.test_request_context(), asking() as asked:
                found.what.glance(some)
            counts.append(sum(one.statement.startswith("SELECT") for one in asked))
        assert counts[0] == counts[1] <= 3, found.plugin


def test_the_cards_are_read_from_indexes(app, tenant):
    query = "SELECT * FROM inventory_sync_runs WHERE tenant_id = 1 ORDER BY id DESC LIMIT 1"
    plan = str(db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
    assert "tenant_id_id" in plan
    assert "TEMP B-TREE" not in plan

    with asking() as asked:
        count_open_findings([tenant])

    plan = str(plan_of(asked[-1]))
    assert "COVERING INDEX ix_findings_open" in plan
    assert "TEMP B-TREE" not in plan
