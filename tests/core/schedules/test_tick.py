"""What the clock starts: each slot once, whoever looks, and nothing that is long past."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.core import clock
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import InvalidInputError, PluginError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.runs.models import BulkOperationRun
from app.core.schedules import tick as ticking
from app.core.schedules.models import Schedule, SlotOutcome
from app.core.schedules.planning import change_schedule, pause_schedule, remove_schedule, resume_schedule
from app.core.schedules.slots import KEPT
from app.core.schedules.tick import start_due, tick
from tests.support.databases import on_both_databases
from tests.support.outages import away
from tests.support.schedules import audited, make_schedule, plan, slots

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


class Count(BaseModel):
    """A number; nothing else is taken."""

    model_config = ConfigDict(extra="forbid")
    number: int = Field(default=1, le=9)


@pytest.fixture
def probe(offer):
    return offer(lambda _run: None, params=Count)


@pytest.fixture
def due(tenant, probe):
    """The hourly probe; its slot at noon has not been seen yet."""
    return make_schedule(tenant, since=NOON - 30 * MINUTE)


def look(now):
    return start_due(current_catalog(), now)


def runs():
    found = list(db.session.scalars(select(BulkOperationRun).order_by(BulkOperationRun.id)))
    db.session.commit()
    return found


def outcomes(schedule):
    return [(slot.slot, slot.outcome) for slot in slots(schedule)]


@on_both_databases
def test_a_slot_is_started_when_it_comes_and_once(due, fresh, worker):
    assert look(NOON - MINUTE) == 0
    assert look(NOON) == 1
    assert look(NOON + MINUTE) == 0

    [run], [slot] = runs(), slots(due)
    assert (slot.slot, slot.outcome, slot.run_id, slot.said) == (NOON, SlotOutcome.STARTED, run.id, None)
    assert (run.run_type, run.initiator, run.user_id) == ("probe.check", "schedule Hourly probe", None)
    assert fresh(due).due_at == NOON + 60 * MINUTE
    assert worker() == 1


@on_both_databases
def test_after_a_week_without_a_worker_the_newest_slot_is_started_and_no_other(due):
    now = NOON + WEEK + 20 * MINUTE

    assert look(now) == 1
    assert look(now + MINUTE) == 0

    assert outcomes(due) == [(NOON + WEEK, SlotOutcome.STARTED)]


@on_both_databases
def test_a_tick_reads_the_database_clock(tenant, probe):
    make_schedule(tenant, since=clock.now() - WEEK)
    make_schedule(tenant, name="Not yet")

    assert (tick(), tick()) == (1, 0)


def test_when_nothing_is_due_nothing_is_written(due, app, monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("started something")

    monkeypatch.setattr(ticking, "start_operation", refuse)
    monkeypatch.setattr(ticking, "record_slot", refuse)

    assert look(NOON - MINUTE) == 0
    assert slots(due) == []


def test_an_equal_run_that_is_active_is_noted_and_none_is_started(due, worker):
    look(NOON)

    assert look(NOON + 61 * MINUTE) == 0

    [run] = runs()
    assert [(slot.outcome, slot.run_id) for slot in slots(due)] == [
        (SlotOutcome.STARTED, run.id),
        (SlotOutcome.ALREADY_ACTIVE, run.id),
    ]
    worker()
    assert look(NOON + 121 * MINUTE) == 1


def test_a_paused_schedule_starts_nothing(due, tenant):
    pause_schedule(current_catalog(), tenant, due.id)

    assert look(NOON + WEEK) == 0
    assert slots(due) == []


@on_both_databases
def test_a_resumed_schedule_does_not_catch_up(due, tenant, fresh):
    pause_schedule(current_catalog(), tenant, due.id)
    resume_schedule(current_catalog(), tenant, due.id)

    assert tick() == 0
    assert fresh(due).due_at > clock.now() - MINUTE
    assert slots(due) == []


def test_another_rhythm_counts_from_now(due, tenant, fresh):
    change_schedule(current_catalog(), tenant, due.id, plan(cron="30 * * * *"))

    assert tick() == 0
    assert fresh(due).due_at > clock.now() - MINUTE


def test_a_slot_before_the_schedule_counts_is_never_started(due, fresh):
    # As if the zone's rules had changed: what was to come at noon lies before `since` now.
    db.session.execute(update(Schedule).values(since=NOON + 30 * MINUTE, due_at=NOON))
    db.session.commit()

    assert look(NOON + 40 * MINUTE) == 0
    assert slots(due) == []
    assert fresh(due).due_at == NOON + 60 * MINUTE


def test_a_schedule_whose_plugin_is_gone_is_left_alone_and_says_so(due, app, fresh, probe):
    catalog = app.extensions[EXTENSION]
    catalog.drop(PluginError("probe", "import", "gone"))

    assert look(NOON) == 0

    assert fresh(due).pause_reason == "No plugin offers probe.check any more."
    assert (fresh(due).is_enabled, slots(due)) == (True, [])


def test_when_the_plugin_is_back_the_newest_slot_is_started(due, app, offer, fresh):
    app.extensions[EXTENSION].drop(PluginError("probe", "import", "gone"))
    look(NOON)
    offer(lambda _run: None, params=Count)

    assert look(NOON + 90 * MINUTE) == 1

    assert outcomes(due) == [(NOON + 60 * MINUTE, SlotOutcome.STARTED)]
    assert fresh(due).pause_reason is None


def test_a_schedule_paused_while_its_plugin_is_away_keeps_its_reason(due, app, tenant, fresh):
    app.extensions[EXTENSION].drop(PluginError("probe", "import", "gone"))
    pause_schedule(current_catalog(), tenant, due.id)

    look(NOON)

    assert fresh(due).pause_reason == "Paused by system."


@on_both_databases
def test_parameters_that_no_longer_fit_are_refused_once_and_with_a_reason(due, tenant):
    db.session.execute(update(Schedule).values(params={"number": 99}))
    db.session.commit()

    assert look(NOON) == look(NOON + MINUTE) == 0

    [slot] = slots(due)
    assert (slot.slot, slot.outcome, slot.run_id) == (NOON, SlotOutcome.REFUSED, None)
    assert "number" in slot.said
    assert runs() == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InvalidInputError("The folder /exports is gone."), "The folder /exports is gone."),
        (InvalidInputError("Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc refused"), "[hidden]"),
        (ZeroDivisionError("password=hunter2"), "unexpected error ZeroDivisionError"),
        (SystemExit("bye"), "unexpected error SystemExit"),
    ],
)
def test_whatever_a_plugin_raises_is_kept_sanitized_and_stops_no_other(tenant, offer, probe, error, said):
    def break_down(_tenant, _params):
        raise error

    offer(lambda _run: None, run_type="bad.check", plugin="bad", items=break_down)
    broken = make_schedule(tenant, name="Broken", run_type="bad.check", since=NOON - 90 * MINUTE)
    sound = make_schedule(tenant, since=NOON - 30 * MINUTE)

    assert look(NOON) == 1

    assert [slot.outcome for slot in slots(sound)] == [SlotOutcome.STARTED]
    [slot] = slots(broken)
    assert slot.outcome == SlotOutcome.REFUSED
    assert said in slot.said
    assert "hunter2" not in slot.said


def test_no_transaction_is_open_while_a_plugin_is_asked(tenant, offer):
    seen = []

    def items(_tenant, _params):
        seen.append(db.session().in_transaction())
        return ["one"]

    offer(lambda _run: None, items=items)
    make_schedule(tenant, since=NOON - 30 * MINUTE)

    assert look(NOON) == 1
    assert seen == [False]


def test_a_zone_that_is_not_known_any_more_pauses_the_schedule_and_stops_no_other(due, tenant, fresh):
    lost = make_schedule(tenant, name="Lost", params={"number": 2}, since=NOON - 90 * MINUTE)
    db.session.execute(update(Schedule).where(Schedule.id == lost.id).values(time_zone="Europe/Nowhere"))
    db.session.commit()

    assert look(NOON) == 1

    assert (fresh(lost).is_enabled, fresh(lost).due_at) == (False, None)
    assert "Europe/Nowhere" in fresh(lost).pause_reason
    assert ("schedule.paused", f"schedule:{lost.id}", "system") in audited()


def test_a_schedule_that_cannot_be_looked_at_stops_no_other(due, tenant, monkeypatch):
    first = make_schedule(tenant, name="First", params={"number": 2}, since=NOON - 90 * MINUTE)
    really = ticking._read

    def read(schedule_id, now):
        if schedule_id == first.id:
            raise LookupError(schedule_id)
        return really(schedule_id, now)

    monkeypatch.setattr(ticking, "_read", read)

    assert look(NOON) == 1
    assert (slots(first), len(slots(due))) == ([], 1)


@on_both_databases
def test_a_database_that_is_away_is_no_refusal(due, monkeypatch):
    def start(*_args, **_options):
        raise away()

    monkeypatch.setattr(ticking, "start_operation", start)

    with pytest.raises(OperationalError):
        look(NOON)
    monkeypatch.undo()

    assert slots(due) == []
    assert look(NOON) == 1


@on_both_databases
def test_a_pause_between_look_and_start_is_obeyed(tenant, offer, app):
    def pause_meanwhile(_tenant, _params):
        pause_schedule(current_catalog(), tenant, schedule.id)
        return ["one"]

    offer(lambda _run: None, items=pause_meanwhile)
    schedule = make_schedule(tenant, since=NOON - 30 * MINUTE)

    assert look(NOON) == 0
    assert (runs(), slots(schedule)) == ([], [])


@on_both_databases
def test_a_removal_between_look_and_start_is_obeyed(tenant, offer):
    def remove_meanwhile(_tenant, _params):
        remove_schedule(current_catalog(), tenant, schedule.id)
        return ["one"]

    offer(lambda _run: None, items=remove_meanwhile)
    schedule = make_schedule(tenant, since=NOON - 30 * MINUTE)

    assert look(NOON) == 0
    assert runs() == []


def test_a_run_that_cannot_be_kept_leaves_no_slot(due, monkeypatch):
    """Slot and run are one transaction: without the one there is not the other."""

    def fail(*_args, **_options):
        raise LookupError("the slot cannot be written")

    monkeypatch.setattr("app.core.schedules.slots._forget_old", fail)

    assert look(NOON) == 0
    assert (runs(), slots(due)) == ([], [])


@on_both_databases
def test_the_newest_hundred_slots_are_kept(due):
    db.session.execute(update(Schedule).values(params={"number": 99}))  # refused: quick
    db.session.commit()

    for hour in range(KEPT + 3):
        look(NOON + hour * 60 * MINUTE)

    kept = slots(due)
    assert len(kept) == KEPT
    assert kept[0].slot == NOON + 3 * 60 * MINUTE


def test_more_than_fit_one_tick_are_started_by_the_next(tenant, probe, monkeypatch):
    monkeypatch.setattr(ticking, "AT_ONCE", 2)
    for number in range(3):
        make_schedule(tenant, name=f"Probe {number}", params={"number": number}, since=NOON - 30 * MINUTE)

    assert [look(NOON), look(NOON), look(NOON)] == [2, 1, 0]


def test_a_tick_ends_when_its_time_is_over(tenant, probe, monkeypatch):
    monkeypatch.setattr(ticking, "LONGEST", -1.0)
    make_schedule(tenant, since=NOON - 30 * MINUTE)

    assert look(NOON) == 0


@pytest.mark.parametrize(
    ("cron", "since", "now", "slot"),
    [
        # 02:30 does not exist in Berlin on 29 March: it is 03:00 CEST, 01:00 UTC.
        ("30 2 * * *", (2026, 3, 28, 12), (2026, 3, 29, 1, 0, 1), (2026, 3, 29, 1)),
        # 02:30 comes twice on 25 October: the first is 00:30 UTC ...
        ("30 2 * * *", (2026, 10, 24, 12), (2026, 10, 25, 0, 30, 1), (2026, 10, 25, 0, 30)),
        # ... and when nobody looked until the second, it is still the first that is started.
        ("30 2 * * *", (2026, 10, 24, 12), (2026, 10, 25, 1, 10), (2026, 10, 25, 0, 30)),
    ],
)
def test_a_slot_on_the_day_of_the_change_is_started_once(tenant, probe, cron, since, now, slot):
    schedule = make_schedule(tenant, cron=cron, time_zone="Europe/Berlin", since=datetime(*since, tzinfo=UTC))
    moment = datetime(*now, tzinfo=UTC)

    assert look(moment) == 1
    assert [look(moment + hours) for hours in (timedelta(hours=1), timedelta(hours=12))] == [0, 0]

    assert outcomes(schedule) == [(datetime(*slot, tzinfo=UTC), SlotOutcome.STARTED)]


@on_both_databases
def test_a_run_that_is_gone_leaves_its_slot(due):
    look(NOON)
    [run] = runs()

    db.session.delete(run)
    db.session.commit()

    [slot] = slots(due)
    assert (slot.outcome, slot.run_id) == (SlotOutcome.STARTED, None)


def test_the_start_is_in_the_audit_log_under_the_schedules_name(due):
    look(NOON)

    entry = db.session.scalar(select(AuditLog).where(AuditLog.action == "run.started"))
    assert entry.actor == "schedule Hourly probe"
