"""The disk under SQLite is full for a while: a run goes on, and its end is written when there is room."""

import shutil

import pytest
from sqlalchemy.exc import OperationalError

from app.core.db import db
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.databases import Database
from tests.support.stacks import LONG_LEASE, on_stacks
from tests.support.waiting import wait_until

pytestmark = on_stacks("sqlite")

ITEMS = ["item-1", "item-2", "item-3", "item-4"]


@pytest.fixture
def database(request, small_disk, migrated_sqlite_file):
    """Data on a small disk."""
    assert request.param == "sqlite"
    path = small_disk.folder / "tenantatlas.db"
    shutil.copyfile(migrated_sqlite_file, path)
    return Database("sqlite", f"sqlite:///{path}")


@pytest.fixture
def queue_url(small_disk):
    """The queue on the same disk."""
    return f"sqlite:///{small_disk.folder / 'queue.db'}"


@pytest.fixture
def until_full(stack, small_disk):
    """Start an operation, fill the disk where it is held, and let it go on until the worker has noticed."""

    def start(kind, **params):
        worker = stack.worker(lease_seconds=LONG_LEASE)
        run = stack.start(kind, items=4, **params)
        run.arrived()
        small_disk.fill()
        run.go()
        wait_until(lambda: "its end is written when it is back" in worker.output, "nothing is full")
        assert stack.run(run).status == RunStatus.RUNNING
        return run

    return start


def assert_done_once(stack, run, *, attempts):
    stack.end_of(run)
    found = assert_sound(stack, run)
    assert (found.status, found.succeeded, found.attempt) == (RunStatus.COMPLETED, 4, attempts)
    assert run.done == ITEMS


def test_progress_waits_in_memory_until_there_is_room(stack, small_disk, until_full):
    run = until_full("steady", hold="before:item-2")
    assert run.done == ITEMS, "what needs no room goes on"

    small_disk.free()

    assert_done_once(stack, run, attempts=1)


def test_an_item_that_cannot_be_announced_is_not_begun(stack, small_disk, until_full):
    run = until_full("careful", hold="after:item-2")
    assert run.done == ["item-1", "item-2"]

    small_disk.free()

    assert_done_once(stack, run, attempts=2)


def test_the_end_is_written_when_there_is_room(stack, small_disk, until_full):
    run = until_full("once", hold="end")

    small_disk.free()

    assert_done_once(stack, run, attempts=1)


def test_a_start_without_room_fails_whole_and_works_later(stack, small_disk):
    stack.worker()
    small_disk.fill()
    with pytest.raises(OperationalError, match="full"):
        stack.start("noop", name="first")
    db.session.rollback()

    small_disk.free()

    stack.end_of(stack.start("noop", name="first"))
