"""Making, changing, pausing and removing schedules; each is audited."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.access import require_role
from app.core.db import JsonObject, db
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.registry.catalog import Catalog
from app.core.runs.new_run import Initiator
from app.core.schedules.cron import Cron
from app.core.schedules.models import Schedule
from app.core.schedules.plan import CheckedPlan, Plan, checked
from app.core.schedules.queries import database_moment, find_schedule
from app.core.tenants import Tenant
from app.core.users import Role, User


def create_schedule(
    catalog: Catalog, tenant: Tenant, plan: Plan, user: User | None = None, *, origin: str | None = None
) -> Schedule:
    """Add a schedule; its first slot is the next one from now; commits.

    Args:
        catalog: the loaded plugins.
        tenant: where.
        plan: what, when.
        user: who; none: the administrator on the command line, or the product.
        origin: of a default schedule, unique in its tenant.

    Raises:
        InvalidInputError: something of the plan cannot be used, or the name is taken.
        PermissionDeniedError: the user is no manager, or may not start the operation.
    """
    _permit(catalog, tenant, plan.run_type, user)
    wanted, by = checked(catalog, tenant, plan, user), Initiator.of(user)
    schedule = Schedule(tenant_id=tenant.id, origin=origin, created_by=by.name, created_by_id=by.user_id)
    _write(schedule, wanted)
    _count_from_now(schedule, wanted.cron)
    schedule.created_at = schedule.changed_at = schedule.since
    db.session.add(schedule)
    _flush(tenant.id, wanted.name)
    _record(schedule, "schedule.created", by, _facts(schedule))
    db.session.commit()
    return schedule


def change_schedule(
    catalog: Catalog, tenant: Tenant, schedule_id: int, plan: Plan, user: User | None = None
) -> Schedule:
    """Make a schedule what the plan says, but for its operation, which stays; commits.

    Another rhythm counts from now.

    Raises:
        InvalidInputError: there is no such schedule, or as for `create_schedule`.
        PermissionDeniedError: as for `create_schedule`.
    """
    schedule = schedule_of(tenant, schedule_id)
    _permit(catalog, tenant, schedule.run_type, user)
    wanted = checked(catalog, tenant, replace(plan, run_type=schedule.run_type), user)
    before = _facts(schedule)
    _write(schedule, wanted)
    after = _facts(schedule)
    changed = [name for name in after if after[name] != before[name]]
    if {"cron", "time_zone"} & set(changed) and schedule.is_enabled:
        _count_from_now(schedule, wanted.cron)
    if changed:
        schedule.changed_at = database_moment()
        _flush(tenant.id, wanted.name)
        details = {"from": {n: before[n] for n in changed}, "to": {n: after[n] for n in changed}}
        _record(schedule, "schedule.changed", Initiator.of(user), details)
    db.session.commit()
    return schedule


def pause_schedule(catalog: Catalog, tenant: Tenant, schedule_id: int, user: User | None = None) -> Schedule:
    """Let a schedule start nothing until it is resumed; commits. Again: nothing changes.

    Raises:
        InvalidInputError: there is no such schedule.
        PermissionDeniedError: as for `create_schedule`.
    """
    schedule, by = schedule_of(tenant, schedule_id), Initiator.of(user)
    _permit(catalog, tenant, schedule.run_type, user)
    if schedule.is_enabled:
        schedule.is_enabled, schedule.due_at = False, None
        schedule.pause_reason = f"Paused by {by.name}."
        schedule.changed_at = database_moment()
        _record(schedule, "schedule.paused", by, {"name": schedule.name})
    db.session.commit()
    return schedule


def resume_schedule(catalog: Catalog, tenant: Tenant, schedule_id: int, user: User | None = None) -> Schedule:
    """Let a paused schedule go on with its next slot; what was missed stays missed; commits.

    Raises:
        InvalidInputError: there is no such schedule, or this machine does not know its time zone.
        PermissionDeniedError: as for `create_schedule`.
    """
    schedule, by = schedule_of(tenant, schedule_id), Initiator.of(user)
    _permit(catalog, tenant, schedule.run_type, user)
    if not schedule.is_enabled:
        _count_from_now(schedule, Cron.of(schedule.cron, schedule.time_zone))
        schedule.is_enabled, schedule.pause_reason = True, None
        schedule.changed_at = schedule.since
        _record(schedule, "schedule.resumed", by, {"name": schedule.name})
    db.session.commit()
    return schedule


def remove_schedule(catalog: Catalog, tenant: Tenant, schedule_id: int, user: User | None = None) -> str:
    """Take a schedule away with its slots; its runs stay; commits; answers with its name.

    Raises:
        InvalidInputError: there is no such schedule, or it is a default one: those can only be paused.
        PermissionDeniedError: as for `create_schedule`.
    """
    schedule = schedule_of(tenant, schedule_id)
    _permit(catalog, tenant, schedule.run_type, user)
    if schedule.is_default:
        raise InvalidInputError(f"{schedule.name!r} is a default schedule: pause it instead of removing it")
    _record(schedule, "schedule.removed", Initiator.of(user), _facts(schedule))
    db.session.delete(schedule)
    db.session.commit()
    return schedule.name


def schedule_of(tenant: Tenant, schedule_id: int) -> Schedule:
    """One schedule of a tenant.

    Raises:
        InvalidInputError: there is none of that number.
    """
    schedule = find_schedule(tenant, schedule_id)
    if schedule is None:
        raise InvalidInputError(f"no schedule {schedule_id}")
    return schedule


def _permit(catalog: Catalog, tenant: Tenant, run_type: str, user: User | None) -> None:
    if user is None:
        return
    require_role(user, tenant, Role.MANAGER)
    if operation := catalog.find_operation(run_type):
        require_role(user, tenant, operation.role)


def _write(schedule: Schedule, wanted: CheckedPlan) -> None:
    schedule.name, schedule.run_type, schedule.params = wanted.name, wanted.run_type, wanted.params
    schedule.cron, schedule.time_zone = wanted.cron.expression, wanted.cron.zone.key


def _count_from_now(schedule: Schedule, cron: Cron) -> None:
    schedule.since = database_moment()
    schedule.due_at = next(cron.after(schedule.since), None)


def _flush(tenant_id: int, name: str) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        taken = select(Schedule.id).where(Schedule.tenant_id == tenant_id, Schedule.name == name)
        if db.session.scalar(taken) is None:
            raise
        raise InvalidParametersError({"name": f"{name!r} is the name of another schedule"}) from None


def _facts(schedule: Schedule) -> JsonObject:
    names = ("name", "run_type", "params", "cron", "time_zone")
    return {name: getattr(schedule, name) for name in names}


def _record(schedule: Schedule, action: str, by: Initiator, details: JsonObject) -> None:
    subject = f"schedule:{schedule.id}"
    audit.record(schedule.tenant_id, action, subject, user_id=by.user_id, actor=by.name, details=details)
