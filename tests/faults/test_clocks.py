"""The clock of one worker is an hour off: leases, rescues and durations go by the database's."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.runs.status import RunStatus
from app.core.runs.workers import list_workers
from tests.faults.soundness import assert_sound
from tests.support.stacks import LEASE_SECONDS, on_every_stack

pytestmark = on_every_stack

SHIFTED = """
from datetime import timedelta

import time_machine

time_machine.travel(timedelta(hours={hours}), tick=True).start()
"""
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def wrong_worker(stack, tmp_path):
    """Start a worker whose clock is so many hours ahead."""

    def start(hours):
        folder = tmp_path / f"clock{hours:+d}"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(SHIFTED.format(hours=hours))
        return stack.worker(python_path=(folder,))

    return start


def test_only_who_is_lost_is_rescued_and_no_duration_is_wrong(stack, wrong_worker):
    ahead = wrong_worker(1)
    of_ahead = stack.start("careful", hold="before:item-2")
    assert of_ahead.arrived().pid == ahead.pid
    behind = wrong_worker(-1)
    of_behind = stack.start("steady", hold="before:item-2")
    assert of_behind.arrived().pid == behind.pid
    assert hours_of(ahead) != hours_of(behind)

    until = clock.now() + timedelta(seconds=2 * LEASE_SECONDS)
    for run in (of_ahead, of_behind):
        stack.become(run, lambda found: found.lease_expires_at > until)
    assert [is_live for _, is_live in list_workers()] == [True, True]
    behind.kill()
    of_ahead.go()

    for run, attempts in ((of_ahead, 1), (of_behind, 2)):
        found = assert_sound(stack, stack.end_of(run).id)
        assert (found.status, found.attempt, found.rings) == (RunStatus.COMPLETED, attempts, 0)
        assert run.done == ["item-1", "item-2", "item-3"]
        assert_right_times(found)


def hours_of(worker):
    """The hours that a worker's log names."""
    return {line.split()[1][:2] for line in worker.output.splitlines() if line.startswith("20")}


def assert_right_times(found):
    now = clock.now()
    for moment in (found.started_at, found.progress_at, found.finished_at, found.updated_at):
        assert now - A_MINUTE < moment <= now + timedelta(seconds=1)
    assert timedelta() <= found.finished_at - found.created_at < A_MINUTE
    assert found.duration >= timedelta()
    assert found.waited >= timedelta()
