"""The card of inventory, and its column of all tenants: how fresh and complete the last snapshot is."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from flask import url_for

from app.core import CardFact, OverviewCard, Tenant, clock
from app.plugins.inventory.coverage import Completeness, SyncStatus
from app.plugins.inventory.models import InventorySyncRun
from app.plugins.inventory.store.latest import completeness_of, latest_comparable, latest_ended

STALE = timedelta(days=7)
OUTCOMES = {
    SyncStatus.COMPLETED: ("Complete", "good"),
    SyncStatus.COMPLETED_WITH_ERRORS: ("In part", "warn"),
    SyncStatus.FAILED: ("Failed", "bad"),
}


def _facts(tenant: Tenant) -> Iterator[CardFact]:
    last, snapshot = (found.get(tenant.id) for found in (latest_ended([tenant]), latest_comparable([tenant])))
    yield _last(tenant, last)
    if snapshot is None:
        return
    url = url_for("inventory.show", tenant=tenant.slug, sync_run_id=snapshot.id)
    yield CardFact(snapshot.policy_count, f"policies in sync {snapshot.id}", "info", url)
    yield _coverage(tenant, snapshot, completeness_of([snapshot])[snapshot.id])


def _glance(tenants: Sequence[Tenant]) -> Mapping[int, Sequence[CardFact]]:
    ended, comparable = latest_ended(tenants), latest_comparable(tenants)
    read = completeness_of(list(comparable.values()))
    said = {tenant.id: [_last(tenant, ended.get(tenant.id))] for tenant in tenants}
    for tenant in tenants:
        snapshot = comparable.get(tenant.id)
        if snapshot is not None:
            said[tenant.id].append(_coverage(tenant, snapshot, read[snapshot.id]))
    return said


def _last(tenant: Tenant, sync: InventorySyncRun | None) -> CardFact:
    if sync is None:
        url = url_for("inventory.index", tenant=tenant.slug)
        return CardFact("None", "No policies were read yet", "neutral", url)
    value, tone = OUTCOMES[SyncStatus(sync.status)]
    url = url_for("inventory.show", tenant=tenant.slug, sync_run_id=sync.id)
    at = sync.finished_at or sync.started_at
    if clock.now() - at <= STALE:
        return CardFact(value, "last sync", tone, url, at)
    return CardFact(
        value, f"last sync, more than {STALE.days} days old", "bad" if tone == "bad" else "warn", url, at
    )


def _coverage(tenant: Tenant, sync: InventorySyncRun, read: Completeness) -> CardFact:
    url = url_for("inventory.show", tenant=tenant.slug, sync_run_id=sync.id, _anchor="coverage")
    words = "types read completely"
    return CardFact(f"{read.complete} of {read.there}", words, "good" if read.is_whole else "warn", url)


last_snapshot = OverviewCard(
    key="last_snapshot", label="Inventory", icon="box-seam", facts=_facts, glance=_glance
)
