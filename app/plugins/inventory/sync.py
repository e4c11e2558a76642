"""`inventory.sync`: read every policy of a source, store what is new, say what could not be read."""

from app.core import CallOverError, RunContext, clock, db
from app.plugins.inventory.attribution import attributed
from app.plugins.inventory.coverage import SyncStatus
from app.plugins.inventory.models import InventorySyncRun
from app.plugins.inventory.policies.canonical import NORMALIZER_VERSION
from app.plugins.inventory.reader import PolicyReader
from app.plugins.inventory.scope import scope_key
from app.plugins.inventory.settling import forget_settled, problem_rows, retell, settle_collections
from app.plugins.inventory.sources import files_from, source_named
from app.plugins.inventory.store.changes import changes_of
from app.plugins.inventory.store.snapshots import find_sync
from app.plugins.inventory.store.unfinished import fail_unfinished
from app.plugins.inventory.store.writing import SnapshotWriter
from app.plugins.inventory.sync_params import SyncParams


def sync(run: RunContext[SyncParams]) -> None:
    """Take one snapshot; see docs/inventory.md. A resumed run reads all of it again into the same one."""
    if run.attempt > 1 and (finished := _finished(run)) is not None:
        retell(run, finished)
        run.summarize(inventory_sync_run_id=finished.id)
        _summarize(run, finished)
        return
    snapshot = _begin(run)
    try:
        _take(run, snapshot)
    except CallOverError:
        raise
    except (Exception, SystemExit):
        _end(run, snapshot, SyncStatus.FAILED)
        raise


def _begin(run: RunContext[SyncParams]) -> InventorySyncRun:
    snapshot = InventorySyncRun(
        id=run.id,
        tenant_id=run.tenant.id,
        status=SyncStatus.RUNNING,
        selection_hash=scope_key(run.params.source),
        source=run.params.source,
        origin=run.params.origin,
        normalizer_version=NORMALIZER_VERSION,
        started_at=clock.now(),
    )
    fail_unfinished(run.tenant, snapshot.selection_hash)
    snapshot = db.session.merge(snapshot)
    forget_settled(snapshot)
    run.fence()
    db.session.commit()
    run.summarize(inventory_sync_run_id=snapshot.id)
    return snapshot


def _take(run: RunContext[SyncParams], snapshot: InventorySyncRun) -> None:
    writer = SnapshotWriter(run.tenant, snapshot.selection_hash, snapshot.id, run.fence)
    reader = PolicyReader(run.tenant)
    files = files_from(source_named(run.params.source), run.tenant, run.params.options)
    for policy in reader.policies(files, snapshot.origin):
        run.expect([policy.key.collection])
        writer.add(policy)
        if writer.is_full:
            writer.flush()
        run.checkpoint()
    writer.settle()
    problems = attributed(reader.problems, writer.openings.collections_by_path(), reader.collections_by_path)
    is_complete = settle_collections(run, snapshot, writer, problems)
    db.session.add_all(problem_rows(snapshot, problems))
    snapshot.policy_count = sum(counter.total() for counter in writer.counts.values())
    _end(run, snapshot, SyncStatus.COMPLETED if is_complete else SyncStatus.COMPLETED_WITH_ERRORS)
    _summarize(run, snapshot)


def _finished(run: RunContext[SyncParams]) -> InventorySyncRun | None:
    """The snapshot, if an earlier call has finished it and only the run's own end was lost."""
    snapshot = find_sync(run.tenant, run.id)
    db.session.commit()
    return snapshot if snapshot is not None and SyncStatus(snapshot.status).is_comparable else None


def _summarize(run: RunContext[SyncParams], snapshot: InventorySyncRun) -> None:
    changes = changes_of(snapshot)
    db.session.commit()
    run.summarize(policies=snapshot.policy_count, **changes)


def _end(run: RunContext[SyncParams], snapshot: InventorySyncRun, status: SyncStatus) -> None:
    if status is SyncStatus.FAILED:
        db.session.rollback()
    snapshot.status, snapshot.finished_at = status, clock.now()
    db.session.add(snapshot)
    db.session.flush()
    run.fence()
    db.session.commit()
