"""How many versions of each policy a set keeps: chosen by a manager, kept to by every fill."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select, update

from app.core import InvalidInputError, RunContext, Tenant, User, db, find_run, record_audit
from app.plugins.backup_sets.models import BackupSet, BackupSetItem, BackupSetRun
from app.plugins.backup_sets.sets import record

MOST = 1000  # versions
AT_ONCE = 500  # rows a transaction: on SQLite nobody else writes meanwhile


def set_retention(tenant: Tenant, backup_set: BackupSet, keep: int | None, user: User | None = None) -> None:
    """Choose how many versions of each policy a set keeps from its next fill on; audited; commits.

    Args:
        tenant: whose.
        backup_set: which.
        keep: 1 to 1,000: the newest version of a policy always stays; none: all.
        user: who; none: the administrator on the command line.

    Raises:
        InvalidInputError: the number does not fit.
    """
    if keep is not None and not 1 <= keep <= MOST:
        raise InvalidInputError(f"keep: choose 1 to {MOST:,} versions, or none to keep all")
    if keep == backup_set.keep_versions:
        return
    details = {"name": backup_set.name, "from": backup_set.keep_versions, "to": keep}
    backup_set.keep_versions = keep
    record(tenant, backup_set, "backup_set.retention_changed", user, details)
    db.session.commit()


def trim(run: RunContext[Any], backup_set: BackupSet) -> int:
    """Take out versions beyond those that a set keeps; how many this run took out, in all its attempts.

    Audited, in short transactions behind the run's fence.
    """
    keep = _kept(backup_set)
    while keep is not None and (item_ids := _beyond(backup_set, keep)):
        db.session.execute(delete(BackupSetItem).where(BackupSetItem.id.in_(item_ids)))
        noted = update(BackupSetRun).where(BackupSetRun.run_id == run.id)
        db.session.execute(noted.values(trimmed=BackupSetRun.trimmed + len(item_ids)))
        _record(run, backup_set, keep, len(item_ids))
        run.fence()
        db.session.commit()
        run.checkpoint()
    trimmed = db.session.scalar(select(BackupSetRun.trimmed).where(BackupSetRun.run_id == run.id))
    db.session.commit()
    return trimmed or 0


def _kept(backup_set: BackupSet) -> int | None:
    """What is chosen now: it may have been changed while the run worked."""
    return db.session.scalar(select(BackupSet.keep_versions).where(BackupSet.id == backup_set.id))


def _beyond(backup_set: BackupSet, keep: int) -> Sequence[int]:
    item = BackupSetItem
    place = func.row_number().over(partition_by=item.policy_id, order_by=item.sync_run_id.desc())
    placed = select(item.id, place.label("place")).where(item.backup_set_id == backup_set.id).subquery()
    query = select(placed.c.id).where(placed.c.place > keep).order_by(placed.c.id).limit(AT_ONCE)
    return db.session.scalars(query).all()


def _record(run: RunContext[Any], backup_set: BackupSet, keep: int, versions: int) -> None:
    started = find_run(run.tenant, run.id)
    record_audit(
        run.tenant.id,
        "backup_set.versions_trimmed",
        f"backup_set:{backup_set.id}",
        user_id=started.user_id if started else None,
        actor=started.initiator if started else "system",
        details={"name": backup_set.name, "versions": versions, "keep": keep, "run": run.id},
    )
