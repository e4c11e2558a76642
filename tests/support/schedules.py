"""Builders of schedules."""

from datetime import datetime

from sqlalchemy import select, update

from app.core.audit import AuditLog
from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.schedules.cron import Cron
from app.core.schedules.models import Schedule, ScheduleSlot
from app.core.schedules.plan import Plan
from app.core.schedules.planning import create_schedule

HOURLY = "0 * * * *"


def plan(**changes) -> Plan:
    """A plan with defaults for everything: the probe, every hour, UTC."""
    declared = {"name": "Hourly probe", "run_type": "probe.check", "params": {}, "cron": HOURLY}
    return Plan(**(declared | changes))


def make_schedule(tenant, user=None, *, since: datetime | None = None, **changes) -> Schedule:
    """Add a schedule; `since`: as if it had been waiting from that moment on."""
    schedule = create_schedule(current_catalog(), tenant, plan(**changes), user)
    if since is not None:
        wait_since(schedule, since)
    return schedule


def wait_since(schedule: Schedule, since: datetime) -> None:
    """Let a schedule have waited from a moment on, without anybody looking."""
    due = next(Cron.of(schedule.cron, schedule.time_zone).after(since))
    db.session.execute(update(Schedule).where(Schedule.id == schedule.id).values(since=since, due_at=due))
    db.session.commit()


def slots(schedule: Schedule) -> list[ScheduleSlot]:
    """Its slots, oldest first."""
    query = select(ScheduleSlot).where(ScheduleSlot.schedule_id == schedule.id).order_by(ScheduleSlot.slot)
    found = list(db.session.scalars(query.execution_options(populate_existing=True)))
    db.session.commit()
    return found


def audited(prefix="schedule.") -> list[tuple[str, str, str]]:
    """(action, subject, actor) of every audit entry about schedules, in order."""
    query = select(AuditLog).where(AuditLog.action.startswith(prefix)).order_by(AuditLog.id)
    found = [(entry.action, entry.subject, entry.actor) for entry in db.session.scalars(query)]
    db.session.commit()
    return found
