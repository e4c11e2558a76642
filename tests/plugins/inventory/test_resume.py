"""A sync whose worker dies at any of its commits ends, resumed, as if nothing had been."""

import pytest
from sqlalchemy import select

from app.core import db, start_operation
from app.core.registry.catalog import current_catalog
from app.core.runs import lifecycle, progress
from app.core.runs.context import ExecutingRun
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.rescue import sweep
from app.plugins.inventory.models import InventoryVersion
from app.plugins.inventory.store import writing
from app.plugins.inventory.store.snapshots import coverage_of, find_sync, list_syncs, policies_at, problems_of
from tests.support.crashing import WorkerDied, expire, resume, run_crashing
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access, import_export

BEFORE = {
    "compliance/a.json": compliance("A"),
    "compliance/b.json": compliance("B"),
    "compliance/c.json": compliance("C"),
    "ca/x.json": conditional_access("X"),
}
AFTER = {
    "compliance/a.json": compliance("A"),
    "compliance/b.json": compliance("B", passcodeRequired=True),
    "compliance/d.json": compliance("D"),
    "compliance/broken.json": b"{",
    "compliance/broken-too.json": b"{",
    "ca/x.json": conditional_access("X", state="disabled"),
}


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """Every policy is a batch, every checkpoint a flush: as many commits to die at as there can be."""
    monkeypatch.setattr(writing, "BATCH", 1)
    monkeypatch.setattr(progress, "FLUSH_SECONDS", 0)


def told(tenant, run):
    """Everything a finished sync says, apart from numbers and moments."""
    sync = find_sync(tenant, run.id)
    coverage = {
        name: (row.state, row.item_count, row.policy_types) for name, row in coverage_of(sync).items()
    }
    said = {
        "run": (run.status, run.counts, run.failure_totals),
        "summary": {name: value for name, value in run.summary.items() if not name.endswith("_run_id")},
        "sync": (sync.status, sync.policy_count, sync.finished_at is not None),
        "coverage": coverage,
        "problems": [(row.path, row.reason_code, row.collection) for row in problems_of(sync)],
        "policies": [(row.collection, row.display_name, row.content_hash) for row in policies_at(sync)],
    }
    db.session.commit()
    return said


@on_both_databases
def test_a_sync_resumed_after_any_commit_says_what_an_undisturbed_one_says(
    app, make_tenant, export, database
):
    before, after = export(BEFORE), export(AFTER)
    calm = make_tenant("calm")
    import_export(calm, before)
    expected = told(calm, import_export(calm, after))
    assert expected["summary"] == {"policies": 4, "added": 1, "changed": 2, "ended": 0}
    step = 1 if database.name == "sqlite" else 4

    for at in range(1, 400, step):
        tenant = make_tenant(f"crash-{at}")
        import_export(tenant, before)
        run, has_died = run_crashing(tenant, "inventory.sync", {"source": "files", "path": str(after)}, at=at)
        if not has_died:
            break
        assert run.lost_attempts == 1
        assert without_hashes(told(tenant, run)) == without_hashes(expected), f"died after commit {at}"
    assert at > 10, "there were commits to die at"


def without_hashes(said):
    """Hashes are keyed by tenant: names tell which version it is as well."""
    return {**said, "policies": [row[:2] for row in said["policies"]]}


def test_an_interrupted_sync_stays_open_until_it_is_resumed(app, tenant, export, monkeypatch, worker):
    folder = export(BEFORE)
    asked = []
    monkeypatch.setattr("app.core.runs.heartbeat.is_stopping", lambda: bool(asked))
    really = writing.SnapshotWriter.flush

    def flush(self):
        really(self)
        asked.append(True)

    monkeypatch.setattr(writing.SnapshotWriter, "flush", flush)
    run = start_operation(
        current_catalog(), tenant, "inventory.sync", {"source": "files", "path": str(folder)}
    ).run
    execute_run(run.id)

    assert find_sync(tenant, run.id).status == "running"
    monkeypatch.undo()
    worker()
    db.session.rollback()
    assert find_sync(tenant, run.id).status == "completed"
    assert len(policies_at(find_sync(tenant, run.id))) == 4


def test_a_worker_that_lost_its_run_writes_no_policy_any_more(app, tenant, export, monkeypatch):
    folder = export(BEFORE)
    run = start_operation(
        current_catalog(), tenant, "inventory.sync", {"source": "files", "path": str(folder)}
    ).run
    really = writing.SnapshotWriter.flush
    flushed = []

    def lose_then_flush(self):
        if flushed:
            stolen = BulkOperationRun.__table__.update().values(lease_token="somebody else's")
            with db.engine.begin() as connection:
                connection.execute(stolen)
        flushed.append(self)
        really(self)

    monkeypatch.setattr(writing.SnapshotWriter, "flush", lose_then_flush)
    monkeypatch.setattr(ExecutingRun, "checkpoint", lambda _self: None)
    execute_run(run.id)

    db.session.rollback()
    written = db.session.scalars(select(InventoryVersion)).all()
    assert len(written) == 1, "what was flushed before the lease was lost"
    assert find_sync(tenant, run.id).status == "running"


def test_a_finished_sync_whose_run_lost_its_end_is_not_read_again(app, tenant, export, monkeypatch, fresh):
    folder = export(AFTER)
    params = {"source": "files", "path": str(folder)}
    really = lifecycle.finish

    def die(*_args, **_kwargs):
        raise WorkerDied

    monkeypatch.setattr(lifecycle, "finish", die)
    run = start_operation(current_catalog(), tenant, "inventory.sync", params).run
    with pytest.raises(WorkerDied):
        execute_run(run.id)
    db.session.rollback()
    monkeypatch.setattr(lifecycle, "finish", really)
    for path in folder.rglob("*.json"):
        path.unlink()
    resume(run)

    run = fresh(run)
    assert (run.status, run.failed, run.failure_totals) == (
        "completed_with_errors",
        1,
        {"document_unreadable": 2},
    )
    assert run.summary["policies"] == 4
    assert find_sync(tenant, run.id).status == "completed_with_errors"
    assert len(policies_at(find_sync(tenant, run.id))) == 4


def test_a_sync_whose_run_ended_without_it_is_shown_as_failed(app, tenant, export, monkeypatch):
    folder = export(BEFORE)
    params = {"source": "files", "path": str(folder)}

    def die(_self):
        raise WorkerDied

    monkeypatch.setattr(writing.SnapshotWriter, "flush", die)
    run = start_operation(current_catalog(), tenant, "inventory.sync", params).run
    with pytest.raises(WorkerDied):
        execute_run(run.id)
    db.session.rollback()
    assert find_sync(tenant, run.id).status == "running"
    db.session.rollback()
    lifecycle.abort(run.id, Initiator())
    expire(run)
    sweep()

    assert find_sync(tenant, run.id).status == "failed"
    assert [sync.status for sync in list_syncs(tenant)] == ["failed"]
