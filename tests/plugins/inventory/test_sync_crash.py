"""A sync that dies on its way: it is never compared with, and the next one is right."""

import pytest

from app.core import current_catalog, db, start_operation
from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.plugins.inventory.coverage import SyncStatus
from app.plugins.inventory.models import InventorySyncRun
from app.plugins.inventory.reader import PolicyReader
from app.plugins.inventory.scope import scope_key
from app.plugins.inventory.store import writing
from app.plugins.inventory.store.snapshots import comparable_syncs, policies_at
from tests.support.browsing import end_transaction
from tests.support.snapshots import compliance

SECRET_TEXT = "the disk of harbour-9 is full"


@pytest.fixture
def dying(monkeypatch):
    """Make the next sync die after so many policies, with everything before written."""

    def die_after(number, error):
        monkeypatch.setattr(writing, "BATCH", 1)
        whole = PolicyReader.policies

        def policies(self, files, origin):
            for read, policy in enumerate(whole(self, files, origin)):
                if read == number:
                    raise error
                yield policy

        monkeypatch.setattr(PolicyReader, "policies", policies)

    yield die_after
    monkeypatch.undo()


def files(*names, **fields):
    return {f"{name}.json": compliance(name, **fields) for name in names}


@pytest.mark.parametrize("error", [OSError(SECRET_TEXT), SystemExit(3)], ids=["exception", "exit"])
def test_a_sync_that_dies_is_failed_and_cannot_be_compared_with(take, tenant, sync_of, dying, error):
    first = take(files("A", "B", "C"))
    dying(2, error)

    dead = take(files("A", "B", "C", passcodeRequired=True))

    (entry,) = dead.failures
    assert (dead.status, entry["reason_code"]) == ("failed", "unexpected_error")
    assert SECRET_TEXT not in entry["reason"]
    assert sync_of(dead).status == "failed"
    assert sync_of(dead).finished_at is not None
    assert [sync.id for sync in comparable_syncs(tenant)] == [first.id]


def test_a_collection_that_cannot_be_settled_leaves_the_sync_incomplete(take, sync_of, monkeypatch):
    def broken(self, collection):
        raise OSError(SECRET_TEXT)

    monkeypatch.setattr(writing.SnapshotWriter, "close", broken)

    run = take(files("A"))

    assert (run.status, run.failed) == ("completed_with_errors", 1)
    assert sync_of(run).status == "completed_with_errors"
    assert policies_at(sync_of(run)) == []


def test_the_sync_after_a_dead_one_reads_and_compares_as_if_nothing_had_been(
    take, sync_of, dying, monkeypatch, compare, drifted
):
    first = take(files("A", "B", "C"))
    dying(2, OSError(SECRET_TEXT))
    take(files("A", "B", "D", passcodeRequired=True))
    monkeypatch.undo()

    last = take(files("A", "B", "C"))
    compare(first, last)

    assert [row.display_name for row in policies_at(sync_of(last))] == ["A", "B", "C"]
    assert policies_at(sync_of(last)) == policies_at(sync_of(first))
    assert drifted() == set()


def test_what_a_dead_sync_opened_and_nobody_saw_again_is_closed(take, sync_of, dying, monkeypatch):
    take(files("A", "C"))
    dying(2, OSError(SECRET_TEXT))
    take(files("A", "B", "C"))
    monkeypatch.undo()

    last = take(files("A", "C"))

    assert [row.display_name for row in policies_at(sync_of(last))] == ["A", "C"]


def test_a_sync_whose_worker_was_killed_is_given_up_by_the_next(take, tenant, export, sync_of):
    folder = export(files("A"))
    killed = start_operation(
        current_catalog(), tenant, "inventory.sync", {"source": "files", "path": str(folder)}
    ).run
    lease = lifecycle.claim(killed.id, "worker-1", 60)
    left_behind = take_over(tenant, killed.id)
    assert lease is not None
    lifecycle.finish(lease, RunStatus.FAILED, Tally())

    take(folder)

    end_transaction()
    assert left_behind == "running"
    assert sync_of(killed).status == "failed"


def take_over(tenant, run_id):
    """The row that a killed worker leaves behind."""
    first = InventorySyncRun(
        id=run_id,
        tenant_id=tenant.id,
        status=SyncStatus.RUNNING,
        selection_hash=scope_key("files"),
        source="files",
        origin="fictional",
        normalizer_version=1,
    )
    db.session.add(first)
    db.session.commit()
    return first.status
