"""The newest sync of each of many tenants, and how complete it is: one query, however many they are."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from app.core import Tenant, db
from app.plugins.inventory.coverage import Completeness, CoverageState, SyncStatus
from app.plugins.inventory.models import InventoryCoverage, InventorySyncRun

ENDED = tuple(status.value for status in SyncStatus if status is not SyncStatus.RUNNING)
COMPARABLE = tuple(status.value for status in SyncStatus if status.is_comparable)


def latest_ended(tenants: Collection[Tenant]) -> Mapping[int, InventorySyncRun]:
    """Tenant id -> its newest sync that has ended, however; tenants without one are left out."""
    return _latest(tenants, ENDED)


def latest_comparable(tenants: Collection[Tenant]) -> Mapping[int, InventorySyncRun]:
    """Tenant id -> its newest sync that read something; tenants without one are left out."""
    return _latest(tenants, COMPARABLE)


def completeness_of(syncs: Collection[InventorySyncRun]) -> Mapping[int, Completeness]:
    """Number of a sync -> how many of the types that were there it read completely."""
    query = (
        select(InventoryCoverage.sync_run_id, InventoryCoverage.state, func.count())
        .where(
            InventoryCoverage.sync_run_id.in_([sync.id for sync in syncs]),
            InventoryCoverage.state != CoverageState.SKIPPED,
        )
        .group_by(InventoryCoverage.sync_run_id, InventoryCoverage.state)
    )
    found = {sync.id: Completeness() for sync in syncs}
    for sync_id, state, count in db.session.execute(query):
        complete = count if CoverageState(state).is_complete else 0
        found[sync_id] = Completeness(found[sync_id].complete + complete, found[sync_id].there + count)
    return found


def _latest(tenants: Collection[Tenant], statuses: Collection[str]) -> Mapping[int, InventorySyncRun]:
    sync = InventorySyncRun
    # For each tenant a step in the index of its syncs: grouped, all there ever were would be read.
    newest = (
        select(sync.id)
        .where(sync.tenant_id == Tenant.id, sync.status.in_(statuses))
        .order_by(sync.id.desc())
        .limit(1)
        .correlate(Tenant)
        .scalar_subquery()
    )
    numbers = select(newest).where(Tenant.id.in_([tenant.id for tenant in tenants]))
    return {found.tenant_id: found for found in db.session.scalars(select(sync).where(sync.id.in_(numbers)))}
