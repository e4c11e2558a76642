"""Three workers and two hundred runs: every one of them ends, each is executed once, none is stuck."""

from collections import Counter

from sqlalchemy import func, select

from app.core import queue
from app.core.db import db, reading
from app.core.notifications import Notification, NotificationKind
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.stacks import LONG_LEASE, on_every_stack
from tests.support.waiting import wait_until

RUNS = 200


def how_many(*columns):
    """Rows of the runs' table by these columns."""
    end_transaction()
    with reading():
        rows = db.session.execute(select(*columns, func.count()).group_by(*columns)).all()
        db.session.commit()
    return {tuple(row[:-1]): row[-1] for row in rows}


@on_every_stack
def test_three_workers_execute_two_hundred_runs_once_each(stack, tmp_path):
    for _ in range(3):
        stack.worker(slots=2, lease_seconds=LONG_LEASE)
    names = [f"run-{number}" for number in range(RUNS)]
    runs = [stack.start("noop", folder=tmp_path, name=name) for name in names]

    run = BulkOperationRun
    wait_until(
        lambda: how_many(run.status) == {(RunStatus.COMPLETED,): RUNS}, "some runs do not end", deadline=60
    )

    assert Counter(runs[0].done) == Counter(names)
    assert how_many(run.attempt, run.lost_attempts) == {(1, 0): RUNS}
    assert how_many(Notification.kind) == {(kind,): RUNS for kind in NotificationKind}
    wait_until(lambda: queue.length() == 0, "rings are left")
    for started in runs:
        assert_sound(stack, started)
