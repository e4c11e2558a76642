"""Which two snapshots are compared."""

from dataclasses import dataclass

from app.core import InvalidInputError, Tenant
from app.plugins.inventory import (
    CoverageState,
    InventorySyncRun,
    SyncStatus,
    comparable_syncs,
    coverage_of,
    find_sync,
)


@dataclass(frozen=True)
class SnapshotPair:
    """Baseline and current snapshot of one scope of one tenant."""

    baseline: InventorySyncRun
    current: InventorySyncRun

    @property
    def scope_key(self) -> str:
        """The scope both cover."""
        return self.current.selection_hash


def find_pair(tenant: Tenant, baseline_run_id: int, current_run_id: int) -> SnapshotPair:
    """Two syncs of a tenant that can be compared.

    Raises:
        InvalidInputError: one is missing, unfinished or failed, both are the same, or their scopes differ.
    """
    baseline, current = (comparable_sync(tenant, run_id) for run_id in (baseline_run_id, current_run_id))
    if baseline.id == current.id:
        raise InvalidInputError(f"baseline and current are both sync {current.id}: choose two")
    if baseline.selection_hash != current.selection_hash:
        raise InvalidInputError(
            f"syncs {baseline.id} and {current.id} cover different scopes and cannot be compared"
        )
    return SnapshotPair(baseline, current)


def latest_pair(tenant: Tenant, scope_key: str | None = None) -> SnapshotPair | None:
    """The two latest successful syncs of a scope, by default the one synced last.

    Partial ones only where there are no two others.
    """
    syncs = comparable_syncs(tenant, scope_key)
    same_scope = [sync for sync in syncs if sync.selection_hash == syncs[0].selection_hash]
    complete = [sync for sync in same_scope if sync.status == SyncStatus.COMPLETED]
    chosen = complete if len(complete) > 1 else same_scope
    return SnapshotPair(baseline=chosen[1], current=chosen[0]) if len(chosen) > 1 else None


def compared_collections(pair: SnapshotPair) -> list[str]:
    """Collections that either snapshot knows of, in order."""
    return sorted({*coverage_of(pair.baseline), *coverage_of(pair.current)})


def states_of(sync: InventorySyncRun) -> dict[str, CoverageState]:
    """Coverage state per collection."""
    return {collection: CoverageState(row.state) for collection, row in coverage_of(sync).items()}


def comparable_sync(tenant: Tenant, run_id: int) -> InventorySyncRun:
    """One sync of a tenant that can be compared with.

    Raises:
        InvalidInputError: it is missing, unfinished or failed.
    """
    sync = find_sync(tenant, run_id)
    if sync is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no inventory sync {run_id}")
    if not SyncStatus(sync.status).is_comparable:
        raise InvalidInputError(f"sync {run_id} is {sync.status} and cannot be compared")
    return sync
