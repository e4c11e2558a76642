"""The snapshot store without files: what a sync read, said in Python."""

from itertools import count

from sqlalchemy import func, select

from app.core import db
from app.plugins.inventory.coverage import CoverageState, SyncStatus
from app.plugins.inventory.models import InventoryCoverage, InventorySyncRun
from app.plugins.inventory.store.policy import PolicyContent, PolicyKey, ReadPolicy
from app.plugins.inventory.store.writing import SnapshotWriter

COMPLETE, TRUNCATED, SKIPPED = CoverageState.COMPLETE, CoverageState.TRUNCATED, CoverageState.SKIPPED


def policy(name="Fictional", says="one thing", *, graph_id=None, collection="compliancePolicy"):
    """A policy as it was read: with `graph_id` it may be renamed, without it is known by its name."""
    says = f"{name}: {says}"
    return ReadPolicy(
        key=PolicyKey(collection, f"{collection}Type", graph_id or f"name:{name}"),
        display_name=name,
        path=f"{name}.json",
        may_be_renamed=graph_id is not None,
        source_digest=says[:32],
        content=lambda: PolicyContent(says[:32], 0, says.encode),
    )


class Store:
    numbers = count(1)

    def __init__(self, tenant, scope="scope"):
        self.tenant, self.scope = tenant, scope

    def take(self, policies, *, states=None):
        """Read a snapshot; `states` gives the collections that are not complete."""
        sync = InventorySyncRun(
            id=next(self.numbers),
            tenant_id=self.tenant.id,
            status=SyncStatus.COMPLETED,
            selection_hash=self.scope,
            source="files",
            origin="fictional",
            normalizer_version=1,
        )
        db.session.add(sync)
        db.session.commit()
        self.write(sync, policies, states or {})
        db.session.expire_all()
        return sync

    def write(self, sync, policies, states):
        writer = SnapshotWriter(self.tenant, self.scope, sync.id, lambda: None)
        for one in policies:
            writer.add(one)
        writer.settle()
        for collection in {*writer.counts, *writer.openings.collections(), *states}:
            was_read = collection in writer.counts
            state = states.get(collection, COMPLETE) if was_read else SKIPPED
            if state is COMPLETE:
                writer.close(collection)
            elif state is TRUNCATED:
                writer.keep(collection)
            counted = writer.counts.get(collection, {})
            db.session.add(
                InventoryCoverage(
                    sync_run_id=sync.id,
                    collection=collection,
                    state=state,
                    item_count=sum(counted.values()),
                    policy_types=dict(counted),
                )
            )
        db.session.commit()


def rows(model):
    """How many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model))
