"""Backup sets themselves: made, found, listed and removed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from typing import TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from app.core import (
    BulkOperationRun,
    InvalidInputError,
    JsonObject,
    PermissionDeniedError,
    Tenant,
    User,
    db,
    record_audit,
)
from app.plugins.backup_sets.models import (
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    BackupSet,
    BackupSetItem,
    BackupSetRun,
)

RUNS_SHOWN = 10

_Held: TypeAlias = tuple[int, int, datetime | None, datetime | None]
_NOTHING: _Held = (0, 0, None, None)


@dataclass(frozen=True)
class SetSummary:
    """A set with what it holds."""

    backup_set: BackupSet
    policies: int
    versions: int
    added_at: datetime | None  # when the newest version came in
    verified_at: datetime | None


def create_set(tenant: Tenant, name: str, description: str = "", user: User | None = None) -> BackupSet:
    """Add an empty set; audited; commits.

    Args:
        tenant: whose.
        name: 1 to 120 characters, no other set of the tenant has it.
        description: at most 1,000 characters.
        user: who; none: the administrator on the command line.

    Raises:
        InvalidInputError: a text does not fit, or the name is taken.
    """
    name, description = name.strip(), description.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInputError(f"name: a backup set's name has 1 to {NAME_LENGTH} characters")
    if len(description) > DESCRIPTION_LENGTH:
        raise InvalidInputError(f"description: at most {DESCRIPTION_LENGTH:,} characters")
    made = BackupSet(
        tenant_id=tenant.id, name=name, description=description, created_by=user.email if user else "system"
    )
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise InvalidInputError(f"name: there is a backup set {name!r} already") from None
    record(tenant, made, "backup_set.created", user, {"name": name})
    db.session.commit()
    return made


def find_set(tenant: Tenant, backup_set_id: int) -> BackupSet | None:
    """One set of a tenant, or nothing."""
    if not 0 < backup_set_id < 2**31:
        return None
    query = select(BackupSet).where(BackupSet.tenant_id == tenant.id, BackupSet.id == backup_set_id)
    return db.session.scalar(query)


def visible_set(tenant: Tenant, backup_set_id: int) -> BackupSet:
    """One set of a tenant.

    Raises:
        PermissionDeniedError: there is none, or it is another tenant's: nobody learns which.
    """
    found = find_set(tenant, backup_set_id)
    if found is None:
        raise PermissionDeniedError(f"this tenant has no backup set {backup_set_id}")
    return found


def numbered_set(tenant: Tenant, backup_set_id: int) -> BackupSet:
    """One set of a tenant, for administrators.

    Raises:
        InvalidInputError: the tenant has none of that number.
    """
    found = find_set(tenant, backup_set_id)
    if found is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no backup set {backup_set_id}")
    return found


def list_sets(tenant: Tenant) -> list[SetSummary]:
    """Every set of a tenant with what it holds, by name."""
    item = BackupSetItem
    held = dict(_held(select(item.backup_set_id).where(item.tenant_id == tenant.id)))
    query = select(BackupSet).where(BackupSet.tenant_id == tenant.id)
    return [
        SetSummary(found, *held.get(found.id, _NOTHING))
        for found in db.session.scalars(query.order_by(BackupSet.name, BackupSet.id))
    ]


def summary_of(backup_set: BackupSet) -> SetSummary:
    """One set with what it holds."""
    item = BackupSetItem
    held = dict(_held(select(item.backup_set_id).where(item.backup_set_id == backup_set.id)))
    return SetSummary(backup_set, *held.get(backup_set.id, _NOTHING))


def delete_set(tenant: Tenant, backup_set: BackupSet, user: User | None = None) -> None:
    """Remove a set with all it holds; documents stay in the snapshot store; audited; commits.

    Raises:
        InvalidInputError: a run is working on it.
    """
    if any(not run.is_final for run in runs_of(tenant, backup_set)):
        raise InvalidInputError(f"A run is working on {backup_set.name!r}: wait for its end.")
    record(tenant, backup_set, "backup_set.deleted", user, {"name": backup_set.name})
    db.session.delete(backup_set)
    db.session.commit()


def runs_of(tenant: Tenant, backup_set: BackupSet) -> Sequence[BulkOperationRun]:
    """The newest runs that worked on a set and are still kept."""
    query = (
        select(BulkOperationRun)
        .join(BackupSetRun, BackupSetRun.run_id == BulkOperationRun.id)
        .where(BulkOperationRun.tenant_id == tenant.id, BackupSetRun.backup_set_id == backup_set.id)
    )
    return db.session.scalars(query.order_by(BulkOperationRun.id.desc()).limit(RUNS_SHOWN)).all()


def set_of_run(tenant: Tenant, run_id: int) -> BackupSet | None:
    """The set that a run works on, or nothing while it has none."""
    query = select(BackupSet).join(BackupSetRun, BackupSetRun.backup_set_id == BackupSet.id)
    return db.session.scalar(query.where(BackupSet.tenant_id == tenant.id, BackupSetRun.run_id == run_id))


def free_name(tenant: Tenant, name: str) -> str:
    """A name for an imported set: its own, or told apart from those of the tenant's sets."""
    taken = set(db.session.scalars(select(BackupSet.name).where(BackupSet.tenant_id == tenant.id)))
    marks = chain(("", " (imported)"), (f" (imported {number})" for number in count(2)))
    names = (f"{name[: NAME_LENGTH - len(mark)]}{mark}" for mark in marks)
    return next(free for free in names if free not in taken)


def record(
    tenant: Tenant, backup_set: BackupSet, action: str, user: User | None, details: JsonObject
) -> None:
    """Add an audit entry about a set to the current transaction."""
    record_audit(
        tenant.id,
        action,
        f"backup_set:{backup_set.id}",
        user_id=user.id if user else None,
        actor=user.email if user else "system",
        details=details,
    )


def _held(query: Select[int]) -> Iterator[tuple[int, _Held]]:
    """What sets hold, by their numbers."""
    item = BackupSetItem
    counted = query.add_columns(
        func.count(item.policy_id.distinct()),
        func.count(),
        func.max(item.added_at),
        func.max(item.verified_at),
    ).group_by(item.backup_set_id)
    for backup_set_id, *held in db.session.execute(counted):
        yield backup_set_id, (held[0], held[1], held[2], held[3])
