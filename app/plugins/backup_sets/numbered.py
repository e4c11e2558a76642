"""Versions of a set by their numbers, as the items of a run name them."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, select

from app.core import Tenant, db, one_of
from app.plugins.backup_sets.models import BackupSet, BackupSetItem


def item_ids(tenant: Tenant, backup_set_id: int) -> Iterator[str]:
    """Numbers of all versions of a set in the order in which they came in, as ids of a run's items."""
    query = select(BackupSetItem.id).where(
        BackupSetItem.tenant_id == tenant.id, BackupSetItem.backup_set_id == backup_set_id
    )
    yield from map(str, db.session.scalars(query.order_by(BackupSetItem.id)).all())


def items_numbered(backup_set: BackupSet, numbers: Iterable[str]) -> dict[str, BackupSetItem]:
    """Versions of a set by their numbers, as `item_ids` gives them; those that are gone are left out."""
    query = select(BackupSetItem).where(
        BackupSetItem.backup_set_id == backup_set.id, BackupSetItem.id.in_([int(one) for one in numbers])
    )
    return {str(item.id): item for item in db.session.scalars(query)}


def newest_of(backup_set: BackupSet, items: Sequence[BackupSetItem]) -> set[int]:
    """Numbers of those items that are the newest version of their policy."""
    item = BackupSetItem
    query = select(item.policy_id, func.max(item.sync_run_id)).where(
        item.backup_set_id == backup_set.id, one_of(item.policy_id, {one.policy_id for one in items})
    )
    newest = dict(db.session.execute(query.group_by(item.policy_id)).all())
    return {one.id for one in items if newest.get(one.policy_id) == one.sync_run_id}
