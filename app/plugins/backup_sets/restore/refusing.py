"""A mark in the audit log where somebody asked for a restore and did not get it."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core import InvalidInputError, PermissionDeniedError, Tenant, User, db, safe_reason
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.sets import record


@contextmanager
def audited_refusal(tenant: Tenant, backup_set: BackupSet, user: User | None = None) -> Iterator[None]:
    """Audit, and let pass, whatever a restore is refused for; commits when there is something."""
    try:
        yield
    except (InvalidInputError, PermissionDeniedError) as error:
        db.session.rollback()
        details = {"name": backup_set.name, "reason": safe_reason(str(error))}
        record(tenant, backup_set, "backup_set.restore_refused", user, details)
        db.session.commit()
        raise
