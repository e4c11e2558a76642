"""Writing a snapshot: new contents, new versions, ended versions, and nothing for what did not change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import bindparam, insert, update

from app.core import JsonObject, Tenant, db, upsert
from app.plugins.inventory.models import (
    InventoryDocument,
    InventoryModel,
    InventoryPolicy,
    InventoryUnread,
    InventoryVersion,
)
from app.plugins.inventory.store.openings import Opening, Openings
from app.plugins.inventory.store.policy import PolicyContent, PolicyKey, ReadPolicy

BATCH = 500  # policies a transaction: on SQLite nobody else writes meanwhile


class SnapshotWriter:
    """One sync's writes. `add` every document, then `settle`, then `close` or `keep` each collection.

    Each flush commits; what is committed stays true if the sync dies, because a version says what was read.
    """

    def __init__(self, tenant: Tenant, scope_key: str, sync_run_id: int, fence: Callable[[], None]) -> None:
        """Load what the scope holds open.

        Args:
            tenant: whose.
            scope_key: which snapshots it continues.
            sync_run_id: the sync that writes.
            fence: called in each transaction before its commit; raises if another holds the run.
        """
        self._fence = fence
        self._tenant_id, self._scope_key, self._sync_run_id = tenant.id, scope_key, sync_run_id
        self.openings = Openings(tenant, scope_key)
        self.counts: dict[str, Counter[str]] = {}  # collection -> concrete type -> documents read
        self._unmatched: list[tuple[ReadPolicy, PolicyContent]] = []
        self._documents: list[JsonObject] = []
        self._policies: list[JsonObject] = []
        self._versions: list[JsonObject] = []
        self._ended: list[int] = []
        self._read_anew: list[JsonObject] = []
        self._waiting = (self._documents, self._versions, self._ended, self._read_anew)
        self._known_hashes = self.openings.hashes
        db.session.commit()

    @property
    def is_full(self) -> bool:
        """Whether a batch is waiting to be flushed."""
        return sum(len(rows) for rows in self._waiting) >= BATCH

    def add(self, policy: ReadPolicy) -> None:
        """Take one document: unchanged costs nothing, else content and version wait for the next flush."""
        self.counts.setdefault(policy.key.collection, Counter())[policy.key.policy_type] += 1
        opening = self.openings.match(policy)
        if opening is not None and opening.source_digest == policy.source_digest:
            opening.is_seen = True
            return
        content = policy.content()
        if opening is not None:
            self._continue(opening, policy, content)
        elif policy.may_be_renamed and self.openings.twins_of(policy):
            self._keep_body(content)
            self._unmatched.append((policy, content))
        else:
            self._open(policy, policy.key, content)

    def settle(self) -> None:
        """After the last document: match what has a known Graph id under a new name, and flush."""
        for policy, content in self._unmatched:
            opening = self.openings.match_renamed(policy)
            if opening is not None:
                self._continue(opening, policy, content)
            else:
                self._open(policy, policy.key._replace(twin=self._free_twin(policy)), content)
        self._unmatched.clear()
        self.flush()

    def close(self, collection: str) -> int:
        """End every version of a completely read collection that was not seen; commits; returns how many."""
        unseen = self.openings.unseen(collection)
        for begin in range(0, len(unseen), BATCH):
            self._ended += [opening.version_id for opening in unseen[begin : begin + BATCH]]
            self.flush()
        return len(unseen)

    def keep(self, collection: str) -> int:
        """Remember which policies of a partly read collection were not seen; commits; returns how many."""
        unseen = self.openings.unseen(collection)
        rows = [{"sync_run_id": self._sync_run_id, "policy_id": opening.policy_id} for opening in unseen]
        _insert_new(InventoryUnread, rows)
        self.commit()
        return len(unseen)

    def flush(self) -> None:
        """Write what is waiting, in one short transaction."""
        _insert_new(InventoryDocument, self._documents)
        _insert_new(InventoryPolicy, self._policies)
        if self._ended:
            ending = update(_VERSIONS).where(_VERSIONS.c.id.in_(self._ended))
            db.session.execute(ending.values(until_run_id=self._sync_run_id))
        if self._read_anew:
            db.session.connection().execute(_READ_ANEW, self._read_anew)
        if self._versions:
            db.session.connection().execute(insert(_VERSIONS), self._versions)
        self.commit()
        for rows in (*self._waiting, self._policies):
            rows.clear()

    def commit(self) -> None:
        """Commit, unless the run is no longer this worker's: then nothing of the transaction is kept."""
        db.session.flush()
        self._fence()
        db.session.commit()

    def _continue(self, opening: Opening, policy: ReadPolicy, content: PolicyContent) -> None:
        opening.is_seen = True
        if opening.content_hash == content.content_hash:  # it reads otherwise and says the same
            self._read_anew.append({"version": opening.version_id, "digest": policy.source_digest})
            return
        self._ended.append(opening.version_id)
        self._version(opening.policy_id, policy, content)

    def _open(self, policy: ReadPolicy, key: PolicyKey, content: PolicyContent) -> None:
        policy_id = key.digest(self._tenant_id, self._scope_key)
        self._policies.append(
            {"id": policy_id, "tenant_id": self._tenant_id, "scope_key": self._scope_key, **key._asdict()}
        )
        self._version(policy_id, policy, content)
        self.openings.add(
            Opening(
                policy_id,
                0,
                key,
                content.content_hash,
                policy.source_digest,
                policy.display_name,
                policy.path,
                is_seen=True,
            )
        )

    def _version(self, policy_id: str, policy: ReadPolicy, content: PolicyContent) -> None:
        self._keep_body(content)
        self._versions.append(
            {
                "tenant_id": self._tenant_id,
                "scope_key": self._scope_key,
                "policy_id": policy_id,
                "content_hash": content.content_hash,
                "source_digest": policy.source_digest,
                "display_name": policy.display_name,
                "path": policy.path,
                "from_run_id": self._sync_run_id,
                "until_run_id": None,
            }
        )

    def _keep_body(self, content: PolicyContent) -> None:
        if content.content_hash in self._known_hashes:
            return
        self._known_hashes.add(content.content_hash)
        self._documents.append(
            {
                "tenant_id": self._tenant_id,
                "content_hash": content.content_hash,
                "body": content.body(),
                "secret_count": content.secret_count,
            }
        )

    def _free_twin(self, policy: ReadPolicy) -> str:
        taken, mark, number = self.openings.twins_of(policy), policy.display_name, 2
        while mark in taken:
            mark, number = f"{policy.display_name}~{number}", number + 1
        return mark


def _insert_new(model: type[InventoryModel], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, leaving alone those that are there already."""
    if not rows:
        return
    db.session.connection().execute(upsert(model).on_conflict_do_nothing(), list(rows))


_VERSIONS = InventoryVersion.metadata.tables[InventoryVersion.__tablename__]
# The next sync knows by the digest that nothing changed, without making the document canonical.
_READ_ANEW = (
    update(_VERSIONS).where(_VERSIONS.c.id == bindparam("version")).values(source_digest=bindparam("digest"))
)
