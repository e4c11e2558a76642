"""Asking to add policies: what was chosen as parameters, and a mark in the audit log where it is refused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.core import JsonObject, PermissionDeniedError, Tenant, User, db
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.sets import record
from app.plugins.inventory import InventorySyncRun, PolicyFilter, chosen_ids


def adding_params(
    backup_set: BackupSet, sync: InventorySyncRun, chosen: Sequence[str] | PolicyFilter
) -> JsonObject:
    """Parameters of `backup_set.add_policies`.

    Args:
        backup_set: where to.
        sync: whose versions are kept.
        chosen: ids of policies, or a filter of which every match is meant.
    """
    policy_ids = chosen_ids(sync, chosen) if isinstance(chosen, PolicyFilter) else chosen
    return {"backup_set_id": backup_set.id, "policy_ids": list(policy_ids), "sync_run_id": sync.id}


@contextmanager
def audited_refusal(tenant: Tenant, backup_set: BackupSet, user: User | None = None) -> Iterator[None]:
    """Audit, and let pass, the refusal of policies that are not the tenant's; commits when there is one."""
    try:
        yield
    except PermissionDeniedError:
        db.session.rollback()
        record(tenant, backup_set, "backup_set.adding_refused", user, {"name": backup_set.name})
        db.session.commit()
        raise
