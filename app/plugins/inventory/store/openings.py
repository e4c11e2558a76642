"""What the store holds open for a scope: the state before this sync, matched with what is read now."""

from dataclasses import dataclass

from sqlalchemy import select

from app.core import Tenant, db
from app.plugins.inventory.models import InventoryPolicy, InventoryVersion
from app.plugins.inventory.store.policy import PolicyKey, ReadPolicy


@dataclass(slots=True)
class Opening:
    """An open version: what a policy said until now."""

    policy_id: str
    version_id: int
    key: PolicyKey
    content_hash: str
    source_digest: str
    display_name: str
    path: str
    is_seen: bool = False


class Openings:
    """Every open version of a scope, found by identity."""

    def __init__(self, tenant: Tenant, scope_key: str) -> None:
        """Load them: one narrow row a policy."""
        query = (
            select(
                InventoryVersion.policy_id,
                InventoryVersion.id,
                InventoryPolicy.collection,
                InventoryPolicy.policy_type,
                InventoryPolicy.external_id,
                InventoryPolicy.twin,
                InventoryVersion.content_hash,
                InventoryVersion.source_digest,
                InventoryVersion.display_name,
                InventoryVersion.path,
            )
            .join(InventoryPolicy, InventoryPolicy.id == InventoryVersion.policy_id)
            .where(
                InventoryVersion.tenant_id == tenant.id,
                InventoryVersion.scope_key == scope_key,
                InventoryVersion.until_run_id.is_(None),
            )
        )
        self._by_identity: dict[tuple[str, str], list[Opening]] = {}
        self.hashes: set[str] = set()
        for policy_id, version_id, *key, content_hash, digest, name, path in db.session.execute(query):
            opening = Opening(policy_id, version_id, PolicyKey(*key), content_hash, digest, name, path)
            self._by_identity.setdefault(_identity(opening.key), []).append(opening)
            self.hashes.add(content_hash)

    def match(self, policy: ReadPolicy) -> Opening | None:
        """The open version this document continues, by identity and, for a Graph id, name."""
        candidates = self._unseen(policy)
        if policy.may_be_renamed:
            candidates = [opening for opening in candidates if opening.display_name == policy.display_name]
        else:
            candidates = [opening for opening in candidates if opening.key.twin == policy.key.twin]

        def unlikeness(opening: Opening) -> tuple[bool, bool, str]:
            is_changed = opening.source_digest != policy.source_digest
            return is_changed, opening.key.twin != policy.key.twin, opening.key.twin

        return min(candidates, key=unlikeness, default=None)

    def match_renamed(self, policy: ReadPolicy) -> Opening | None:
        """The one open version of the same Graph id that nobody continued: the policy was renamed."""
        candidates = self._unseen(policy)
        return candidates[0] if len(candidates) == 1 else None

    def twins_of(self, policy: ReadPolicy) -> set[str]:
        """Twin marks in use for this document's identity."""
        return {opening.key.twin for opening in self._by_identity.get(_identity(policy.key), ())}

    def add(self, opening: Opening) -> None:
        """Know a version opened by this sync."""
        self._by_identity.setdefault(_identity(opening.key), []).append(opening)

    def unseen(self, collection: str) -> list[Opening]:
        """Open versions of a collection that this sync did not come across."""
        return [
            o
            for openings in self._by_identity.values()
            for o in openings
            if not o.is_seen and o.key.collection == collection
        ]

    def collections(self) -> set[str]:
        """Collections with open versions."""
        return {opening.key.collection for openings in self._by_identity.values() for opening in openings}

    def collections_by_path(self) -> dict[str, str]:
        """Path in the export -> collection, as it was when the version was opened."""
        return {o.path: o.key.collection for openings in self._by_identity.values() for o in openings}

    def _unseen(self, policy: ReadPolicy) -> list[Opening]:
        return [
            opening for opening in self._by_identity.get(_identity(policy.key), ()) if not opening.is_seen
        ]


def _identity(key: PolicyKey) -> tuple[str, str]:
    return key.policy_type, key.external_id
