"""Reading schedules: through a tenant."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from app.core.db import database_now, db, execute
from app.core.runs.queries import LARGEST_ID
from app.core.schedules.models import Schedule, ScheduleSlot
from app.core.tenants import Tenant


def database_moment() -> datetime:
    """This moment by the database's clock; flushes nothing."""
    moment: datetime = execute(select(database_now())).scalar_one()
    return moment


def find_schedule(tenant: Tenant, schedule_id: int) -> Schedule | None:
    """One schedule of a tenant, fresh from the database, or nothing."""
    if not 0 < schedule_id <= LARGEST_ID:
        return None
    query = select(Schedule).where(Schedule.tenant_id == tenant.id, Schedule.id == schedule_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def list_schedules(tenant: Tenant) -> Sequence[Schedule]:
    """Every schedule of a tenant, by name."""
    return db.session.scalars(
        select(Schedule).where(Schedule.tenant_id == tenant.id).order_by(Schedule.name)
    ).all()


def latest_slots(tenant: Tenant) -> dict[int, ScheduleSlot]:
    """Schedule id -> its newest slot, of those that have one."""
    newest = (
        select(ScheduleSlot.schedule_id, func.max(ScheduleSlot.slot).label("slot"))
        .join(Schedule)
        .where(Schedule.tenant_id == tenant.id)
        .group_by(ScheduleSlot.schedule_id)
        .subquery()
    )
    of_newest = (ScheduleSlot.schedule_id == newest.c.schedule_id) & (ScheduleSlot.slot == newest.c.slot)
    return {
        slot.schedule_id: slot for slot in db.session.scalars(select(ScheduleSlot).join(newest, of_newest))
    }


def slots_of(tenant: Tenant, schedule_id: int) -> Sequence[ScheduleSlot]:
    """The slots of a schedule that are kept, newest first."""
    query = select(ScheduleSlot).join(Schedule).where(Schedule.tenant_id == tenant.id)
    return db.session.scalars(
        query.where(ScheduleSlot.schedule_id == schedule_id).order_by(ScheduleSlot.slot.desc())
    ).all()


def tenants_without(origin: str, *, limit: int) -> Sequence[Tenant]:
    """Tenants that never had a schedule of that origin, at most `limit`; for chores only."""
    had = select(Schedule.id).where(Schedule.tenant_id == Tenant.id, Schedule.origin == origin)
    return db.session.scalars(select(Tenant).where(~had.exists()).order_by(Tenant.id).limit(limit)).all()
