"""Which versions of a set are planned or restored."""

from collections.abc import Collection

from sqlalchemy import select

from app.core import PermissionDeniedError, db
from app.plugins.backup_sets.items import AT_ONCE, ItemFilter, ShownItem, kept_versions, list_items, placed
from app.plugins.backup_sets.models import BackupSet, BackupSetItem


def newest_versions(
    backup_set: BackupSet, wanted: ItemFilter, instead: Collection[int] = (), *, limit: int | None = None
) -> list[ShownItem]:
    """The newest version of each policy that is wanted, or the one that was chosen instead.

    Args:
        backup_set: of which set.
        wanted: which policies, by type and words.
        instead: numbers of versions; those of other policies are not looked at.
        limit: of that many policies.

    Raises:
        PermissionDeniedError: a number is not of this set.
    """
    chosen = {one.item.policy_id: one for one in versions_numbered(backup_set, instead)}
    found = list_items(
        backup_set, ItemFilter(wanted.collection, wanted.search, newest_only=True), limit=limit
    )
    return [chosen.get(one.item.policy_id, one) for one in found]


def versions_numbered(backup_set: BackupSet, item_ids: Collection[int]) -> list[ShownItem]:
    """Versions of a set by their numbers, in the order of these.

    Raises:
        PermissionDeniedError: one is not, or not any more, in the set: nobody learns of others.
    """
    item, wanted = BackupSetItem, sorted(set(item_ids))
    found: list[BackupSetItem] = []
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        query = select(item).where(item.backup_set_id == backup_set.id, item.id.in_(some))
        found += db.session.scalars(query.order_by(item.id)).all()
    if len(found) != len(wanted):
        raise PermissionDeniedError("some of these versions are not in the set, or not any more")
    kept = kept_versions(backup_set, list({one.policy_id for one in found}))
    return [placed(one, kept[one.policy_id]) for one in found]


def versions_of(backup_set: BackupSet, policy_ids: Collection[str]) -> dict[str, list[int]]:
    """Policy id -> numbers of its versions in the set, newest first."""
    item = BackupSetItem
    query = select(item.policy_id, item.id).where(
        item.backup_set_id == backup_set.id, item.policy_id.in_(policy_ids)
    )
    found: dict[str, list[int]] = {}
    for policy_id, item_id in db.session.execute(query.order_by(item.sync_run_id.desc())):
        found.setdefault(policy_id, []).append(item_id)
    return found
