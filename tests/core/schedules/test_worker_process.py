"""A real worker beside the test starts and executes what the clock says."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.runs.workers import list_workers
from app.core.schedules.models import SlotOutcome
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.schedules import make_schedule, slots
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@on_both_databases
def test_two_workers_start_and_execute_a_missed_slot_once(app, tenant, spawn, fresh):
    schedule = make_schedule(
        tenant, name="Prune", run_type="run.prune", cron="0 3 * * *", since=clock.now() - timedelta(days=7)
    )
    workers = [
        spawn(*("-m", "flask", "worker"), plugins_disabled="inventory,drift,backup_sets,channels")
        for _ in range(2)
    ]

    def completed():
        end_transaction()
        of_schedule = BulkOperationRun.initiator == "schedule Prune"
        found = db.session.scalars(select(BulkOperationRun).where(of_schedule)).all()
        db.session.commit()
        return [run for run in found if run.status == RunStatus.COMPLETED]

    def both_up():
        end_transaction()
        count = len(list_workers())
        db.session.commit()
        return count == 2

    [run] = wait_until(completed, "the scheduled run does not complete")
    wait_until(both_up, "a worker does not come up")
    for worker in workers:
        worker.terminate()
    assert [worker.wait(timeout=40) for worker in workers] == [0, 0]

    [slot] = slots(schedule)
    assert (slot.outcome, slot.run_id) == (SlotOutcome.STARTED, run.id)
    assert fresh(schedule).due_at > clock.now()
    assert len(completed()) == 1
