"""The card on a tenant's start page: how fresh and how complete the last snapshot is."""

from collections.abc import Iterator

from flask import url_for

from app.core import CardFact, OverviewCard, Tenant
from app.plugins.inventory.coverage import CoverageState
from app.plugins.inventory.models import InventorySyncRun
from app.plugins.inventory.store.snapshots import coverage_of, latest_sync


def _facts(tenant: Tenant) -> Iterator[CardFact]:
    sync = latest_sync(tenant)
    if sync is None:
        yield CardFact("None", "No policies were read yet", "neutral", url_for("inventory.index"))
        return
    at = f", {sync.finished_at:%Y-%m-%d %H:%M UTC}" if sync.finished_at else ""
    url = url_for("inventory.show", sync_run_id=sync.id)
    yield CardFact(sync.policy_count, f"policies in sync {sync.id}{at}", "info", url)
    yield _coverage(sync)


def _coverage(sync: InventorySyncRun) -> CardFact:
    states = [CoverageState(row.state) for row in coverage_of(sync).values()]
    there = [state for state in states if state is not CoverageState.SKIPPED]
    complete = sum(state.is_complete for state in there)
    url = url_for("inventory.show", sync_run_id=sync.id, _anchor="coverage")
    tone = "good" if complete == len(there) else "warn"
    return CardFact(f"{complete} of {len(there)}", "policy types read completely", tone, url)


last_snapshot = OverviewCard(key="last_snapshot", label="Last snapshot", icon="box-seam", facts=_facts)
