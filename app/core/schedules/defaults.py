"""Schedules that every tenant has from the start, until a manager says otherwise."""

from collections.abc import Mapping
from itertools import count

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.db import db, reading
from app.core.errors import InvalidParametersError
from app.core.registry.catalog import current_catalog
from app.core.schedules.models import NAME_LENGTH, Schedule
from app.core.schedules.plan import Plan
from app.core.schedules.planning import create_schedule
from app.core.schedules.queries import tenants_without
from app.core.tenants import Tenant

TENANTS_AT_ONCE = 100


def ensure_for_all(
    name: str, run_type: str, params: Mapping[str, object], cron: str, time_zone: str = "UTC"
) -> int:
    """Call `ensure_schedule` for tenants that lack it, at most 100; returns how many were made.

    A chore: when no tenant lacks it, that is one read.
    """
    with reading():
        tenants = tenants_without(_origin(run_type), limit=TENANTS_AT_ONCE)
        db.session.commit()
    return sum(ensure_schedule(tenant, name, run_type, params, cron, time_zone) for tenant in tenants)


def ensure_schedule(
    tenant: Tenant, name: str, run_type: str, params: Mapping[str, object], cron: str, time_zone: str = "UTC"
) -> bool:
    """Give a tenant the default schedule of a run type, once ever; whether this call did.

    It stays as a manager leaves it: changed, renamed or paused. Any number of workers may call at once.

    Args:
        tenant: where.
        name: what it is called; with a number if a schedule of the tenant has that name.
        run_type: which operation; one default schedule each.
        params: raw parameters.
        cron: five fields.
        time_zone: IANA name.

    Raises:
        InvalidInputError: something of it cannot be used.
    """
    tenant_id, origin = tenant.id, _origin(run_type)
    with reading():
        names = _names(tenant_id, origin)
        db.session.commit()
    if names is None:
        return False
    plan = Plan(_free(name, names), run_type, params, cron, time_zone)
    try:
        create_schedule(current_catalog(), tenant, plan, origin=origin)
    except (IntegrityError, InvalidParametersError):
        # Another worker was first, or took the name in between: then the next call finds a free one.
        if not _is_overtaken(tenant_id, origin, plan.name):
            raise
        return False
    return True


def _origin(run_type: str) -> str:
    """The mark of a default schedule: it outlives a renaming, or the schedule would be made again."""
    return f"default:{current_catalog().operation(run_type).run_types[0]}"


def _names(tenant_id: int, origin: str) -> set[str] | None:
    """Names that are taken; nothing: the tenant has this default already."""
    rows = db.session.execute(
        select(Schedule.name, Schedule.origin).where(Schedule.tenant_id == tenant_id)
    ).all()
    return None if any(found == origin for _, found in rows) else {name for name, _ in rows}


def _free(name: str, taken: set[str]) -> str:
    candidates = (f"{name[: NAME_LENGTH - 4]} {number}" for number in count(2))
    return name if name not in taken else next(found for found in candidates if found not in taken)


def _is_overtaken(tenant_id: int, origin: str, name: str) -> bool:
    db.session.rollback()
    with reading():
        names = _names(tenant_id, origin)
        db.session.commit()
    return names is None or name in names
