"""SIGKILL at the worst moments: another worker goes on, or says honestly what cannot be known."""

from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import on_every_stack

pytestmark = on_every_stack


def test_a_run_whose_items_may_be_repeated_is_resumed_and_does_each_once(stack):
    run = stack.start("steady", items=4, hold="before:item-3")
    worker = stack.worker()
    run.arrived()
    stack.become(run, lambda found: found.succeeded == 2)

    worker.kill()
    stack.worker()

    found = stack.end_of(run)
    assert_sound(stack, run)
    assert (found.status, found.succeeded, found.attempt, found.lost_attempts) == (
        RunStatus.COMPLETED,
        4,
        2,
        1,
    )
    assert run.done == ["item-1", "item-2", "item-3", "item-4"]
    assert [attempt for _, attempt in stack.ledger(run).values()] == [1, 1, 2, 2]
    assert stack.timeline(run) == [
        *(EventKind.QUEUED, EventKind.CLAIMED, EventKind.WORKER_LOST),
        *(EventKind.CLAIMED, EventKind.COMPLETED),
    ]
