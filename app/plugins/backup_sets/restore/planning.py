"""Making a restore plan: kept versions held against the latest sync of their scope. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson

from app.core import ItemFailedError, Tenant, db, redact, tenant_key
from app.plugins.backup_sets.items import ShownItem
from app.plugins.backup_sets.models import BackupSet, BackupSetItem
from app.plugins.backup_sets.restore.mapping import Mapper, known_ids
from app.plugins.backup_sets.restore.plan import Action, Mapped, PlannedItem, RestorePlan, Standing, in_order
from app.plugins.backup_sets.restore.references import Document, with_ids
from app.plugins.graph import resource_of
from app.plugins.inventory import (
    NORMALIZER_VERSION,
    Absence,
    InventorySyncRun,
    PolicyFilter,
    Sealer,
    absences_from,
    bodies_of,
    canonicalize,
    changes_between,
    choose_policies,
    evidence_of,
    hash_of_body,
    latest_sync,
    list_rules,
)

CHUNK = 200  # versions whose bodies are in memory at a time


@dataclass(frozen=True)
class _Seen:
    """How the latest sync saw the policy of a version."""

    sync: InventorySyncRun | None
    content_hash: str | None = None
    absence: Absence | None = None


@dataclass
class Planner:
    """Plans restores of one set.

    Attributes:
        tenant: whose.
        backup_set: which.
    """

    tenant: Tenant
    backup_set: BackupSet
    _latest: dict[str, InventorySyncRun | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compare with the tenant's own seals."""
        self._sealer = Sealer(tenant_key(self.tenant, "inventory.secrets"))
        self._mapper = Mapper(self.tenant)

    def plan(self, shown: Sequence[ShownItem]) -> RestorePlan:
        """What restoring these versions would do; ends its transaction."""
        ordered = in_order(shown)
        planned: list[PlannedItem] = []
        for begin in range(0, len(ordered), CHUNK):
            planned += self._chunk(ordered[begin : begin + CHUNK])
        return RestorePlan(self.backup_set, planned)

    def _chunk(self, shown: Sequence[ShownItem]) -> list[PlannedItem]:
        seen = self._seen([one.item for one in shown])
        hashes = {one.item.content_hash for one in shown} | {
            at.content_hash for at in seen.values() if at.content_hash
        }
        bodies = bodies_of(self.tenant, list(hashes))
        # Reading ends before anything is computed: on SQLite nobody else could write meanwhile.
        db.session.commit()
        return [self._planned(one, seen[one.item.id], bodies) for one in shown]

    def _seen(self, items: Sequence[BackupSetItem]) -> dict[int, _Seen]:
        by_scope: dict[str, list[BackupSetItem]] = {}
        for item in items:
            by_scope.setdefault(item.scope_key, []).append(item)
        found: dict[int, _Seen] = {}
        for scope_key, some in by_scope.items():
            if scope_key not in self._latest:
                self._latest[scope_key] = latest_sync(self.tenant, scope_key)
            found |= _seen_by(self._latest[scope_key], some)
        return found

    def _planned(self, shown: ShownItem, seen: _Seen, bodies: Mapping[str, bytes]) -> PlannedItem:
        """The verdict on one version: the same content first, then what stands in the way."""
        item, sync = shown.item, seen.sync
        begun = PlannedItem(
            shown, Action.NOTHING, sync_run_id=sync.id if sync else None, target_hash=seen.content_hash
        )
        if sync is None or seen.absence in {Absence.UNREAD, Absence.REFUSED}:
            return _impossible(begun, *_unread(sync, seen.absence))
        if seen.content_hash == item.content_hash and item.normalizer_version == sync.normalizer_version:
            return begun
        body = bodies.get(item.content_hash)
        if body is None:
            return _impossible(begun, "document_missing", "Its document is missing from the snapshot store.")
        if not self._is_intact(item, body):
            return _impossible(
                begun, "document_altered", "Its document does not say what it said when it was kept."
            )
        return self._held_against(begun, orjson.loads(body), sync, bodies)

    def _held_against(
        self, begun: PlannedItem, document: Document, sync: InventorySyncRun, bodies: Mapping[str, bytes]
    ) -> PlannedItem:
        """The verdict on a version whose document can be used, by what the sync read of the policy."""
        mapped = self._mapper.mapped(document, sync)
        begun = replace(begun, mapped=mapped, has_assignments="assignments" in document)
        if begun.target_hash is None:
            return self._writing(replace(begun, action=Action.CREATE))
        target = _object_in(bodies.get(begun.target_hash))
        if target is None:
            said = "What the latest sync read of it is missing from the snapshot store."
            return _impossible(begun, "document_missing", said)
        begun = self._compared(begun, with_ids(document, known_ids(mapped)), target)
        return begun if begun.evidence is None else self._writing(replace(begun, action=Action.OVERWRITE))

    def _is_intact(self, item: BackupSetItem, body: bytes) -> bool:
        found = hash_of_body(self.tenant, item.collection, body)
        return found is not None and (
            found == item.content_hash or item.normalizer_version != NORMALIZER_VERSION
        )

    def _compared(self, planned: PlannedItem, wanted: Document, target: Document) -> PlannedItem:
        """With what would change; without evidence the tenant has it so already."""
        collection = planned.shown.item.collection
        before, after = (
            canonicalize(one, collection, self._sealer, is_wary=False).content for one in (target, wanted)
        )
        if not planned.has_assignments:
            before.pop("assignments", None)
        changes = changes_between(before, after, list_rules)
        return replace(planned, evidence=evidence_of(changes, redact)) if changes else planned

    def _writing(self, planned: PlannedItem) -> PlannedItem:
        """The same, unless something stands in the way of writing it."""
        item = planned.shown.item
        obstacle = _obstacle(item, planned.mapped)
        if obstacle is not None:
            return replace(planned, action=Action.IMPOSSIBLE, obstacle=obstacle)
        if planned.action is Action.CREATE:
            self._mapper.will_make(item)
        return planned


def _seen_by(sync: InventorySyncRun | None, items: Sequence[BackupSetItem]) -> dict[int, _Seen]:
    if sync is None:
        return {item.id: _Seen(None) for item in items}
    ids = tuple(item.policy_id for item in items)
    read = {one.policy_id: one.content_hash for one in choose_policies(sync, PolicyFilter(policy_ids=ids))}
    absences = absences_from(sync, [policy_id for policy_id in ids if policy_id not in read])
    return {item.id: _Seen(sync, read.get(item.policy_id), absences.get(item.policy_id)) for item in items}


def _object_in(body: bytes | None) -> Document | None:
    try:
        found = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _impossible(planned: PlannedItem, reason_code: str, reason: str) -> PlannedItem:
    return replace(planned, action=Action.IMPOSSIBLE, obstacle=ItemFailedError(reason_code, reason))


def _unread(sync: InventorySyncRun | None, absence: Absence | None) -> tuple[str, str]:
    if sync is None:
        return "not_read", "There is no finished sync of its scope to compare with."
    if absence is Absence.REFUSED:
        return "not_read", f"The latest sync, {sync.id}, was not permitted to read its type."
    return "not_read", f"The latest sync, {sync.id}, could not read it, so nobody knows what is there."


def _obstacle(item: BackupSetItem, mapped: Sequence[Mapped]) -> ItemFailedError | None:
    """Why a version cannot be written."""
    if resource_of(item.collection) is None:
        return ItemFailedError("type_not_writable", "This policy type cannot be written yet.")
    if item.secret_count:
        are = "1 secret value is" if item.secret_count == 1 else f"{item.secret_count:,} secret values are"
        return ItemFailedError("secrets_not_stored", f"It cannot be restored completely: {are} not stored.")
    if item.twin:
        said = "Two policies were read under its id, so nobody knows which one to write."
        return ItemFailedError("ambiguous_identity", said)
    missing = [one for one in mapped if one.standing is Standing.UNRESOLVED]
    if missing:
        said = ", ".join(f"{one.reference.kind} {one.name or one.reference.value}" for one in missing[:3])
        return ItemFailedError("reference_unresolved", f"The tenant does not have what it refers to: {said}.")
    return None
