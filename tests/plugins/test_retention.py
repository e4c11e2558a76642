"""What old runs made outlives them, and no page of it leads nowhere."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.core import BulkOperationRun, clock, db, start_and_wait
from app.plugins.drift.models import Finding
from app.plugins.inventory.models import InventorySyncRun
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

HUB = "/monitoring/operations/"


@pytest.fixture
def pruned(tenant, two_syncs, compare):
    """Two syncs and a comparison whose runs retention has removed; answers with their numbers."""
    run_ids = [run.id for run in (*two_syncs, compare(*two_syncs))]
    long_ago = clock.now() - timedelta(days=100)
    db.session.execute(update(BulkOperationRun).values(finished_at=long_ago))
    db.session.commit()
    assert start_and_wait(tenant, "run.prune", {}, inline=True).summary["removed"]["completed"] == 3
    return run_ids


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@on_both_databases
def test_snapshots_and_findings_stay_and_can_be_looked_at(pruned, browser, tenant):
    first, second, _ = pruned
    finding = db.session.scalars(select(Finding)).one()

    assert count(InventorySyncRun) == 2
    assert finding.operation_run_id is None
    assert (finding.baseline_run_id, finding.current_run_id) == (first, second)
    paths = [
        "inventory",
        f"inventory/syncs/{first}",
        f"inventory/syncs/{second}",
        f"inventory/policies/{finding.policy_id}",
        "drift",
        "findings",
        f"findings/{finding.id}",
    ]
    for path in paths:
        page = browser.get(f"/t/{tenant.slug}/{path}")
        assert page.status_code == 200, path
        assert not [number for number in pruned if f'{HUB}{number}"' in page.text], path


def test_a_sync_without_its_run_says_so_and_offers_no_retry(pruned, browser, tenant):
    page = browser.get(f"/t/{tenant.slug}/inventory").text
    sync = browser.get(f"/t/{tenant.slug}/inventory/syncs/{pruned[0]}").text

    assert page.count("not kept") == 2
    assert "View run" not in page
    assert "View run" not in sync
    assert "Retry" not in sync


def test_a_sync_with_its_run_leads_to_it(browser, tenant, take):
    run = take({"a.json": compliance("A")})

    for path in ("inventory", f"inventory/syncs/{run.id}"):
        assert f'{HUB}{run.id}"' in browser.get(f"/t/{tenant.slug}/{path}").text


@on_both_databases
def test_snapshots_without_their_runs_are_compared_as_ever(pruned, tenant, compare, drifted):
    first, second, _ = pruned
    baseline, current = (db.session.get(InventorySyncRun, number) for number in (first, second))

    again = compare(baseline, current)

    assert again.status == "completed"
    assert drifted(run_id=again.id) == {("removed", "B")}


def test_a_new_sync_never_takes_the_number_of_a_removed_one(pruned, take):
    assert take({"a.json": compliance("A")}).id > max(pruned)
