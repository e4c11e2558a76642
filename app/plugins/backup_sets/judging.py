"""What became of kept versions: whether their documents are intact, and where the tenant stands now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, select

from app.core import Tenant, db
from app.plugins.backup_sets.models import BackupSet, BackupSetItem, DocumentState, TenantState
from app.plugins.inventory import (
    NORMALIZER_VERSION,
    Absence,
    InventorySyncRun,
    PolicyFilter,
    absences_from,
    bodies_of,
    choose_policies,
    hash_of_body,
    latest_sync,
)


class Verdict(NamedTuple):
    """What was found of one kept version."""

    document: DocumentState
    tenant: TenantState | None = None  # of the newest version of a policy only
    compared_run_id: int | None = None


@dataclass
class Judge:
    """Holds the versions of one set against the snapshot store."""

    tenant: Tenant
    backup_set: BackupSet
    _latest: dict[str, InventorySyncRun | None] = field(default_factory=dict)

    def judge(self, items: Sequence[BackupSetItem]) -> dict[int, Verdict]:
        """The verdicts on a few hundred items, by their number; ends its transaction."""
        newest = self._newest(items)
        standings = dict(self._standings([item for item in items if item.id in newest]))
        bodies = bodies_of(self.tenant, list({item.content_hash for item in items}))
        # Reading ends before anything is hashed: on SQLite nobody else could write meanwhile.
        db.session.commit()
        nothing = (None, None)
        return {
            item.id: Verdict(self._document(item, bodies), *standings.get(item.id, nothing)) for item in items
        }

    def _document(self, item: BackupSetItem, bodies: Mapping[str, bytes]) -> DocumentState:
        body = bodies.get(item.content_hash)
        if body is None:
            return DocumentState.MISSING
        if item.normalizer_version != NORMALIZER_VERSION:
            return DocumentState.UNVERIFIED
        is_intact = hash_of_body(self.tenant, item.collection, body) == item.content_hash
        return DocumentState.INTACT if is_intact else DocumentState.ALTERED

    def _newest(self, items: Sequence[BackupSetItem]) -> set[int]:
        """Numbers of those items that are the newest version of their policy."""
        item = BackupSetItem
        query = select(item.policy_id, func.max(item.sync_run_id)).where(
            item.backup_set_id == self.backup_set.id, item.policy_id.in_({one.policy_id for one in items})
        )
        newest = dict(db.session.execute(query.group_by(item.policy_id)).all())
        return {one.id for one in items if newest.get(one.policy_id) == one.sync_run_id}

    def _standings(
        self, items: Iterable[BackupSetItem]
    ) -> Iterator[tuple[int, tuple[TenantState, int | None]]]:
        by_scope: dict[str, list[BackupSetItem]] = {}
        for item in items:
            by_scope.setdefault(item.scope_key, []).append(item)
        for scope_key, some in by_scope.items():
            if scope_key not in self._latest:
                self._latest[scope_key] = latest_sync(self.tenant, scope_key)
            yield from _against(self._latest[scope_key], some)


def _against(
    sync: InventorySyncRun | None, items: Sequence[BackupSetItem]
) -> Iterator[tuple[int, tuple[TenantState, int | None]]]:
    if sync is None:
        yield from ((item.id, (TenantState.UNKNOWN, None)) for item in items)
        return
    ids = tuple(item.policy_id for item in items)
    read = {one.policy_id: one.content_hash for one in choose_policies(sync, PolicyFilter(policy_ids=ids))}
    absences = absences_from(sync, [policy_id for policy_id in ids if policy_id not in read])
    for item in items:
        state = _state(item, sync, read.get(item.policy_id), absences.get(item.policy_id))
        yield item.id, (state, sync.id)


def _state(
    item: BackupSetItem, sync: InventorySyncRun, content_hash: str | None, absence: Absence | None
) -> TenantState:
    if content_hash is None:
        return TenantState.GONE if absence is Absence.GONE else TenantState.UNKNOWN
    if content_hash == item.content_hash:
        return TenantState.UNCHANGED
    is_comparable = item.normalizer_version == sync.normalizer_version
    return TenantState.CHANGED if is_comparable else TenantState.UNKNOWN
