"""Many workers tick at one moment: one of them starts the slot."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from app.core.db import db
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.schedules.models import ScheduleSlot, SlotOutcome
from app.core.schedules.tick import start_due
from tests.support.databases import on_both_databases
from tests.support.schedules import make_schedule, slots
from tests.support.starting import PROBE

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORKERS = 4
SCHEDULES = 6


def tick_at_once(app, now, workers=WORKERS):
    """What each of several workers started."""
    gate = threading.Barrier(workers)

    def tick():
        with app.app_context():
            gate.wait(timeout=60)
            return start_due(current_catalog(), now)

    with ThreadPoolExecutor(workers) as pool:
        return [future.result() for future in [pool.submit(tick) for _ in range(workers)]]


@on_both_databases
def test_workers_that_tick_at_once_start_a_slot_once(app, tenant):
    app.extensions[EXTENSION].add(PROBE)
    schedule = make_schedule(tenant, since=NOON - timedelta(days=7))

    for hour in range(10):
        tick_at_once(app, NOON + timedelta(hours=hour))

    found = slots(schedule)
    assert [slot.slot for slot in found] == [NOON + timedelta(hours=hour) for hour in range(10)]
    # Nobody executes: the first run stays active, and the later slots find it.
    assert [slot.outcome for slot in found] == [SlotOutcome.STARTED] + [SlotOutcome.ALREADY_ACTIVE] * 9
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRun)) == 1


@on_both_databases
def test_workers_that_tick_at_once_start_every_schedule_once(app, make_tenant):
    app.extensions[EXTENSION].add(PROBE)
    for _ in range(SCHEDULES):
        make_schedule(make_tenant(), since=NOON - timedelta(minutes=30))

    started = tick_at_once(app, NOON)

    assert sum(started) == SCHEDULES
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRun)) == SCHEDULES
    assert set(db.session.scalars(select(ScheduleSlot.outcome))) == {SlotOutcome.STARTED}


@on_both_databases
def test_a_tick_at_the_moment_of_an_equal_start_makes_no_second_run(app, tenant):
    app.extensions[EXTENSION].add(PROBE)
    schedule = make_schedule(tenant, since=NOON - timedelta(minutes=30))
    start_operation(current_catalog(), tenant, "probe.check", {})

    assert sum(tick_at_once(app, NOON)) == 0

    [slot] = slots(schedule)
    assert slot.outcome == SlotOutcome.ALREADY_ACTIVE
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRun)) == 1
