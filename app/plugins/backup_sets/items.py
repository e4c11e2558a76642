"""What a set holds: listed, counted, removed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import aliased

from app.core import InvalidInputError, Tenant, User, db, one_of
from app.plugins.backup_sets.models import BackupSet, BackupSetItem, DocumentState, TenantState
from app.plugins.backup_sets.sets import record
from app.plugins.backup_sets.versions import Addition, KeptVersion

SHOWN = 500
AT_ONCE = 500  # numbers in one statement

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class ItemFilter:
    """Which items of a set are meant; what is given must all fit.

    Attributes:
        search: every word is in the name, the identity or the policy type, in any case.
        state: what the last verification found, of the document or of the tenant.
        run_id: the run that added them.
        policy_id: the versions of one policy.
        newest_only: of each policy the newest version alone.
    """

    collection: str | None = None
    search: str = ""
    state: DocumentState | TenantState | None = None
    run_id: int | None = None
    policy_id: str | None = None
    newest_only: bool = False


@dataclass(frozen=True)
class ShownItem:
    """An item with its place among the versions of its policy: 1 is the oldest."""

    item: BackupSetItem
    version: int
    versions: int

    @property
    def is_newest(self) -> bool:
        """Whether no later version of the policy is kept."""
        return self.version == self.versions


@dataclass
class Added:
    """What a run added.

    Attributes:
        counts: kind of addition -> versions.
        syncs: numbers of the syncs they came from.
        secretive: versions that hold secret values, which are not stored.
    """

    counts: Counter[Addition] = field(default_factory=Counter)
    syncs: set[int] = field(default_factory=set)
    secretive: int = 0


def list_items(backup_set: BackupSet, wanted: ItemFilter, *, limit: int | None = SHOWN) -> list[ShownItem]:
    """Items of a set by type and name, the newest version of a policy first."""
    item = BackupSetItem
    newest_first = item.sync_run_id.desc()
    # Versions of a policy that was renamed stay together, under the newest name.
    name = func.first_value(item.display_name).over(partition_by=item.policy_id, order_by=newest_first)
    query = _matching(backup_set, wanted, select(item)).order_by(
        item.collection, item.policy_type, name, item.policy_id, newest_first
    )
    found = db.session.scalars(query.limit(limit)).all()
    kept = kept_versions(backup_set, list({row.policy_id for row in found}))
    return [placed(row, kept[row.policy_id]) for row in found]


def find_item(backup_set: BackupSet, item_id: int) -> BackupSetItem | None:
    """One kept version of a set, or nothing."""
    if not 0 < item_id < 2**31:
        return None
    item = BackupSetItem
    return db.session.scalar(select(item).where(item.backup_set_id == backup_set.id, item.id == item_id))


def count_collections(backup_set: BackupSet, wanted: ItemFilter) -> dict[str, int]:
    """How many items match of each collection, whatever collection the filter names."""
    query = select(BackupSetItem.collection, func.count())
    query = _matching(backup_set, replace(wanted, collection=None), query)
    counted = query.group_by(BackupSetItem.collection).order_by(BackupSetItem.collection)
    return dict(db.session.execute(counted).all())


def count_states(backup_set: BackupSet) -> Counter[DocumentState | TenantState]:
    """How many items stand how, as the last verification found."""
    item, counted = BackupSetItem, Counter[DocumentState | TenantState]()
    query = (
        select(item.document_state, item.tenant_state, func.count())
        .where(item.backup_set_id == backup_set.id)
        .group_by(item.document_state, item.tenant_state)
    )
    for document_state, tenant_state, count in db.session.execute(query):
        if document_state is not None:
            counted[DocumentState(document_state)] += count
        if tenant_state is not None:
            counted[TenantState(tenant_state)] += count
    return counted


def added_by(backup_set: BackupSet, run_id: int) -> Added:
    """What one run added to a set and is still there."""
    item, added = BackupSetItem, Added()
    columns = (item.added_as, item.sync_run_id, item.secret_count > 0)
    query = select(*columns, func.count()).where(
        item.operation_run_id == run_id, item.backup_set_id == backup_set.id
    )
    for added_as, sync_run_id, is_secretive, count in db.session.execute(query.group_by(*columns)):
        added.counts[Addition(added_as)] += count
        added.syncs.add(sync_run_id)
        added.secretive += count if is_secretive else 0
    return added


def kept_versions(backup_set: BackupSet, policy_ids: Sequence[str]) -> dict[str, list[KeptVersion]]:
    """The versions a set holds of some policies, oldest first; of others none."""
    item = BackupSetItem
    kept: defaultdict[str, list[KeptVersion]] = defaultdict(list)
    query = select(item.policy_id, item.sync_run_id, item.content_hash).where(
        item.backup_set_id == backup_set.id, one_of(item.policy_id, policy_ids)
    )
    for policy_id, sync_run_id, content_hash in db.session.execute(query.order_by(item.sync_run_id)):
        kept[policy_id].append(KeptVersion(sync_run_id, content_hash))
    return kept


def remove_items(
    tenant: Tenant, backup_set: BackupSet, item_ids: Iterable[int], user: User | None = None
) -> int:
    """Take versions out of a set; audited; commits; returns how many.

    Raises:
        InvalidInputError: no version was named, or one is not in the set.
    """
    wanted = sorted(set(item_ids))
    if not wanted:
        raise InvalidInputError("Choose at least one version.")
    removed = 0
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        statement = delete(BackupSetItem).where(
            BackupSetItem.backup_set_id == backup_set.id, BackupSetItem.id.in_(some)
        )
        removed += len(db.session.scalars(statement.returning(BackupSetItem.id)).all())
    if removed != len(wanted):
        db.session.rollback()
        raise InvalidInputError("Some of these versions are not in the set any more; nothing was removed.")
    record(tenant, backup_set, "backup_set.items_removed", user, {"versions": removed})
    db.session.commit()
    return removed


def placed(item: BackupSetItem, kept: Sequence[KeptVersion]) -> ShownItem:
    """An item with its place among all versions that are kept of its policy, oldest first."""
    place = [one.sync_run_id for one in kept].index(item.sync_run_id)
    return ShownItem(item, place + 1, len(kept))


def _matching(backup_set: BackupSet, wanted: ItemFilter, query: AnySelect) -> AnySelect:
    item = BackupSetItem
    query = query.where(item.backup_set_id == backup_set.id)
    if wanted.collection is not None:
        query = query.where(item.collection == wanted.collection)
    if isinstance(wanted.state, DocumentState):
        query = query.where(item.document_state == wanted.state.value)
    elif wanted.state is not None:
        query = query.where(item.tenant_state == wanted.state.value)
    if wanted.policy_id is not None:
        query = query.where(item.policy_id == wanted.policy_id)
    if wanted.run_id is not None:
        query = query.where(item.operation_run_id == wanted.run_id)
    if wanted.newest_only:
        later = aliased(item)
        is_later = later.sync_run_id > item.sync_run_id
        of_policy = (later.backup_set_id == item.backup_set_id) & (later.policy_id == item.policy_id)
        query = query.where(~select(later.id).where(of_policy, is_later).exists())
    searched = (item.display_name, item.external_id, item.policy_type)
    for word in wanted.search.split():
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in searched)))
    return query
