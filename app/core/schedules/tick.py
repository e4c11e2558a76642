"""The clock's part: every worker looks every few seconds, and each slot is started once."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import func, select, update

from app.core import audit, clock
from app.core.db import changed_rows, db, is_away, reading
from app.core.errors import InvalidInputError, TenantAtlasError
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog, current_catalog
from app.core.runs.start import start_operation
from app.core.schedules.cron import Cron
from app.core.schedules.models import Schedule, ScheduleSlot, SlotOutcome
from app.core.schedules.outlook import no_plugin_for
from app.core.schedules.queries import database_moment
from app.core.schedules.slots import DueSchedule, OvertakenError, move_on, record_slot
from app.core.tenants import tenant_by_id

AT_ONCE = 200  # schedules a tick
LONGEST = 2.0  # seconds a tick may begin new starts; the rest is for the next one

logger = logging.getLogger(__name__)


def tick() -> int:
    """Start what is due by the database's clock; returns how many runs were started.

    A chore of every worker: when nothing is due, it only reads. Call outside any transaction.
    """
    with reading():
        now = database_moment()
        db.session.commit()
    return start_due(current_catalog(), now)


def start_due(catalog: Catalog, now: datetime) -> int:
    """Start the newest slot of every schedule that is due at a moment; returns how many runs were started.

    Args:
        catalog: the loaded plugins; a schedule of another run type is left alone, and says so.
        now: by the database's clock.

    Source:
        docs/lifecycle.md, "Schedules".
    """
    with reading():
        ready, stranded = _due(catalog, now)
        db.session.commit()
    for schedule_id, run_type in stranded:
        _say_no_plugin(schedule_id, run_type)
    started, until = 0, clock.ticks() + LONGEST
    for schedule_id in ready:
        if clock.ticks() > until:
            break
        started += _attend(catalog, schedule_id, now)
    return started


def _due(catalog: Catalog, now: datetime) -> tuple[Sequence[int], Sequence[tuple[int, str]]]:
    """Ids of what can be started; (id, run type) of those whose plugin is gone and that do not say so yet."""
    known = Schedule.run_type.in_(list(catalog.run_types))
    due = select(Schedule.id).where(Schedule.due_at <= now).order_by(Schedule.due_at, Schedule.id)
    ready = db.session.scalars(due.where(known).limit(AT_ONCE)).all()
    stranded = due.add_columns(Schedule.run_type).where(~known, Schedule.pause_reason.is_(None))
    return ready, [(schedule_id, run_type) for schedule_id, run_type in db.session.execute(stranded)]


def _say_no_plugin(schedule_id: int, run_type: str) -> None:
    silent = update(Schedule).where(
        Schedule.id == schedule_id, Schedule.due_at.is_not(None), Schedule.pause_reason.is_(None)
    )
    db.session.execute(silent.values(pause_reason=no_plugin_for(run_type)))
    db.session.commit()


def _attend(catalog: Catalog, schedule_id: int, now: datetime) -> bool:
    """Act upon one schedule; whether a run was started. What breaks is this schedule's affair alone."""
    try:
        due = _read(schedule_id, now)
        return due is not None and _start(catalog, due)
    except OvertakenError:
        db.session.rollback()
    except Exception as error:
        db.session.rollback()
        if is_away(error):
            raise
        logger.exception("schedule %s could not be looked at", schedule_id)
    return False


def _read(schedule_id: int, now: datetime) -> DueSchedule | None:
    """What is to be started; nothing: another worker was first, or no slot has come that counts."""
    with reading():
        schedule = db.session.get(Schedule, schedule_id, populate_existing=True)
        newest = db.session.scalar(
            select(func.max(ScheduleSlot.slot)).where(ScheduleSlot.schedule_id == schedule_id)
        )
        db.session.commit()
    if schedule is None or schedule.due_at is None or schedule.due_at > now:
        return None
    try:
        cron = Cron.of(schedule.cron, schedule.time_zone)
    except InvalidInputError as error:
        _pause_unreadable(schedule, schedule.due_at, str(error))
        return None
    slot, next_at = cron.newest(now), next(cron.after(now), None)
    if slot is None or slot <= max(schedule.since, newest or schedule.since):
        move_on(schedule.id, schedule.due_at, next_at)
        db.session.commit()
        return None
    return DueSchedule(
        id=schedule.id,
        tenant_id=schedule.tenant_id,
        name=schedule.name,
        run_type=schedule.run_type,
        params=schedule.params,
        seen=schedule.due_at,
        slot=slot,
        next_at=next_at,
    )


def _pause_unreadable(schedule: Schedule, seen: datetime, said: str) -> None:
    """Its zone or rhythm was known once and is not on this machine: a manager has to look at it."""
    reason = safe_reason(said)
    paused = update(Schedule).where(Schedule.id == schedule.id, Schedule.due_at == seen)
    if changed_rows(paused.values(is_enabled=False, due_at=None, pause_reason=reason)):
        details = {"name": schedule.name, "reason": reason}
        audit.record(schedule.tenant_id, "schedule.paused", f"schedule:{schedule.id}", details=details)
    db.session.commit()


def _start(catalog: Catalog, due: DueSchedule) -> bool:
    """Start a slot's run, or note why there is none; whether one was started."""
    initiator = f"schedule {due.name}"
    try:
        with reading():
            tenant = tenant_by_id(due.tenant_id)
            db.session.commit()
        started = start_operation(
            catalog, tenant, due.run_type, due.params, initiator=initiator, together=partial(_note_start, due)
        )
    except OvertakenError:
        raise
    except (Exception, SystemExit) as error:
        db.session.rollback()
        if is_away(error):
            raise
        _refuse(due, error)
        return False
    if not started.created:
        record_slot(due, SlotOutcome.ALREADY_ACTIVE, run_id=started.run_id)
        db.session.commit()
    return started.created


def _note_start(due: DueSchedule, run_id: int) -> None:
    record_slot(due, SlotOutcome.STARTED, run_id=run_id)


def _refuse(due: DueSchedule, error: BaseException) -> None:
    """Keep why a slot was not started, so that it is not tried again and again."""
    if isinstance(error, TenantAtlasError):
        said = safe_reason(str(error))
        logger.warning("schedule %s: %s was not started: %s", due.id, due.run_type, said)
    else:
        said = f"It could not be started: unexpected error {type(error).__name__}. The worker's log has more."
        logger.error("schedule %s: %s was not started", due.id, due.run_type, exc_info=error)
    record_slot(due, SlotOutcome.REFUSED, said=said)
    db.session.commit()
