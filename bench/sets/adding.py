"""Adding all policies of a sync to a new set, beside the bare writing of the same rows."""

from itertools import islice

from sqlalchemy import bindparam, insert, update

from app.core import JsonObject, clock
from app.core.db import db, table_of
from app.core.registry.catalog import current_catalog
from app.core.runs.execute import execute_run
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.sets import create_set
from app.plugins.inventory import PolicyFilter, choose_policies, chosen_ids, find_sync
from bench.runs.deployment import Deployment
from bench.took import Took, measured

BATCH = 1000


def import_policies(deployment: Deployment, path: str) -> int:
    """Take a snapshot of an export; answers with the number of the sync."""
    run_id = _start(deployment, "inventory.sync", {"path": path})
    execute_run(run_id)
    return _ended(run_id).id


def tracked(deployment: Deployment, sync_run_id: int, name: str) -> Took:
    """Execute `backup_set.add_policies` with every policy of a sync, into a new set."""
    backup_set = create_set(deployment.tenant, name)
    policy_ids = _all_of(deployment, sync_run_id)
    run_id = _start(
        deployment,
        "backup_set.add_policies",
        {"backup_set_id": backup_set.id, "policy_ids": policy_ids, "sync_run_id": sync_run_id},
    )
    took = measured(lambda: execute_run(run_id))
    run = _ended(run_id)
    assert (run.status, run.succeeded) == ("completed", len(policy_ids)), (run.status, run.failures)
    return took


def bare(deployment: Deployment, sync_run_id: int, name: str) -> Took:
    """Read the same policies, write the same rows of the set and of a ledger, a batch a transaction."""
    backup_set = create_set(deployment.tenant, name)
    run_id = _start(deployment, "bench.noop", {"mark": backup_set.id})
    policy_ids = iter(_all_of(deployment, sync_run_id))

    def write_all() -> None:
        sync = find_sync(deployment.tenant, sync_run_id)
        assert sync
        while some := list(islice(policy_ids, BATCH)):
            shared = {
                "tenant_id": deployment.tenant.id,
                "backup_set_id": backup_set.id,
                "scope_key": sync.selection_hash,
                "normalizer_version": sync.normalizer_version,
                "sync_run_id": sync.id,
                "synced_at": sync.finished_at,
                "added_as": "new",
                "added_by": "system",
                "added_at": clock.now(),
                "operation_run_id": run_id,
            }
            _write(
                run_id,
                [
                    one._asdict() | shared
                    for one in choose_policies(sync, PolicyFilter(policy_ids=tuple(some)))
                ],
            )

    return measured(write_all)


_items = table_of(BulkOperationRunItem)
_SETTLE = (
    update(_items)
    .where(_items.c.run_id == bindparam("of_run"), _items.c.item_id == bindparam("of_item"))
    .values(outcome=Outcome.SUCCEEDED, attempt=1)
)


def _write(run_id: int, rows: list[JsonObject]) -> None:
    ids = [row["policy_id"] for row in rows]
    listed = [{"run_id": run_id, "item_id": one, "outcome": Outcome.PENDING, "attempt": 0} for one in ids]
    connection = db.session.connection()
    connection.execute(insert(_items), listed)
    connection.execute(insert(table_of(BackupSetItem)), rows)
    connection.execute(_SETTLE, [{"of_run": run_id, "of_item": one} for one in ids])
    db.session.commit()


def _start(deployment: Deployment, run_type: str, params: JsonObject) -> int:
    return start_operation(current_catalog(), deployment.tenant, run_type, params).run_id


def _ended(run_id: int) -> BulkOperationRun:
    run = db.session.get_one(BulkOperationRun, run_id, populate_existing=True)
    db.session.commit()
    assert run.is_final, run.status
    return run


def _all_of(deployment: Deployment, sync_run_id: int) -> list[str]:
    sync = find_sync(deployment.tenant, sync_run_id)
    assert sync
    policy_ids = chosen_ids(sync, PolicyFilter())
    db.session.commit()
    return policy_ids
