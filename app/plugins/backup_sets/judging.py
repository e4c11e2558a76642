"""What became of kept versions: whether their documents are intact, and where the tenant stands now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.core import Tenant, db
from app.plugins.backup_sets.models import BackupSet, BackupSetItem, DocumentState, TenantState
from app.plugins.backup_sets.numbered import newest_of
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

FAULTS = {
    DocumentState.MISSING: ("document_missing", "its document is missing from the snapshot store."),
    DocumentState.ALTERED: ("document_altered", "its document does not say what it said when it was kept."),
}


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
        newest = newest_of(self.backup_set, items)
        standings = dict(self._standings([item for item in items if item.id in newest]))
        bodies = bodies_of(self.tenant, list({item.content_hash for item in items}))
        # Reading ends before anything is hashed: on SQLite nobody else could write meanwhile.
        db.session.commit()
        nothing = (None, None)
        return {
            item.id: Verdict(
                document_state(self.tenant, item, bodies.get(item.content_hash)),
                *standings.get(item.id, nothing),
            )
            for item in items
        }

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


def document_state(tenant: Tenant, item: BackupSetItem, body: bytes | None) -> DocumentState:
    """Whether a stored document still says what it said when it was kept; none is missing."""
    if body is None:
        return DocumentState.MISSING
    found = hash_of_body(tenant, item.collection, body)
    if item.normalizer_version != NORMALIZER_VERSION and found is not None:
        return DocumentState.UNVERIFIED
    return DocumentState.INTACT if found == item.content_hash else DocumentState.ALTERED


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
