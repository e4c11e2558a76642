"""The queue is emptied or tampered with behind our back: every run is executed once all the same."""

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from app.core import clock, queue
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import on_every_stack
from tests.support.waiting import wait_until

ITEMS = ["item-1", "item-2", "item-3"]


@pytest.fixture
def storage(stack):
    """The queue as whoever can write to it sees it: rows of bytes."""
    return stack.app.extensions[queue.EXTENSION][0].storage


def assert_executed_once(stack, runs, rings):
    for run in runs:
        stack.end_of(run)
        found = assert_sound(stack, run)
        assert (found.status, found.attempt, found.rings) == (RunStatus.COMPLETED, 1, rings)
        assert run.done == ITEMS


def let_rings_be_due(stack, runs):
    for run in runs:
        stack.change(run, ring_at=clock.now() - timedelta(seconds=1))


@on_every_stack
def test_runs_whose_rings_were_deleted_are_rung_for_again(stack, storage):
    runs = [stack.start("careful", name=f"run-{number}") for number in range(3)]
    assert queue.length() == 3
    storage.flush_queue()
    stack.worker(slots=2)

    let_rings_be_due(stack, runs)

    assert_executed_once(stack, runs, rings=1)


def flipped(raw, _trap):
    """The last byte but one, which is of the run's number or near it."""
    return raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:]


def pickled(_raw, trap):
    """What would have Python make a file if it were unpickled."""
    return pickle.dumps(Trap(trap))


class Trap:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@on_every_stack
@pytest.mark.parametrize("tampered", [flipped, pickled])
def test_a_tampered_ring_is_dropped_with_a_word_and_its_run_is_rung_for_again(
    stack, storage, tmp_path, tampered
):
    trap = tmp_path / "trap"
    run = stack.start("careful")
    [raw] = storage.enqueued_items()
    storage.flush_queue()
    storage.enqueue(tampered(raw, trap))
    worker = stack.worker()
    wait_until(lambda: "signature does not match" in worker.output, "the worker does not say so")
    stack.end_of(stack.start("noop"))
    assert (stack.run(run).status, queue.length()) == (RunStatus.PENDING, 0)

    let_rings_be_due(stack, [run])

    assert_executed_once(stack, [run], rings=1)
    assert not trap.exists()
