"""A set that is made of an export, a few versions at a time."""

import hashlib
from collections.abc import Sequence
from typing import Any

from app.core import JsonObject, RunContext, Tenant, db, find_run, insert_new, record_audit
from app.plugins.backup_sets.imported_file import Proven, Refused
from app.plugins.backup_sets.manifest import Manifest
from app.plugins.backup_sets.models import BackupSet, BackupSetItem
from app.plugins.backup_sets.sets import free_name, set_of_run
from app.plugins.backup_sets.worked_on import note_run
from app.plugins.inventory import PolicyKey, keep_documents

ITEM_LENGTH = 255  # characters of an item's id


class ImportedSet:
    """Writes proven versions into a set of their own, which begins with the first of them."""

    def __init__(self, run: RunContext[Any], manifest: Manifest) -> None:
        self._run, self._manifest = run, manifest
        self.backup_set = set_of_run(run.tenant, run.id)
        db.session.commit()

    def keep(self, found: Sequence[Proven | Refused]) -> None:
        """Write some versions in one short transaction, and count all outcomes."""
        proven = [one for one in found if isinstance(one, Proven)]
        if proven:
            backup_set = self.backup_set or self._make_set()
            keep_documents(self._run.tenant, {one.entry.content_hash: one.document for one in proven})
            shared = {
                "tenant_id": self._run.tenant.id,
                "backup_set_id": backup_set.id,
                "operation_run_id": self._run.id,
            }
            insert_new(BackupSetItem, [_row(self._run.tenant, one) for one in proven], shared)
            self._run.fence()
            db.session.commit()
        self._run.settle(
            {item_id(one.entry.path): one.failure if isinstance(one, Refused) else None for one in found}
        )

    def _make_set(self) -> BackupSet:
        tenant, origin = self._run.tenant, self._manifest.origin
        record = find_run(tenant, self._run.id)
        made = BackupSet(
            tenant_id=tenant.id,
            name=free_name(tenant, origin.name),
            description=origin.description,
            created_by=record.initiator if record else "system",
            imported_from=origin.model_dump(mode="json"),
        )
        db.session.add(made)
        db.session.flush()
        details: JsonObject = {"name": made.name, "from_tenant": origin.tenant, "run": self._run.id}
        record_audit(
            tenant.id, "backup_set.imported", f"backup_set:{made.id}", actor=made.created_by, details=details
        )
        note_run(made, self._run)
        self.backup_set = made
        return made


def item_id(path: str) -> str:
    """A path as the id of an item, told apart from others however long it is."""
    if len(path) <= ITEM_LENGTH:
        return path
    mark = hashlib.blake2b(path.encode(), digest_size=8).hexdigest()
    return f"{path[: ITEM_LENGTH - len(mark) - 1]}~{mark}"


def _row(tenant: Tenant, proven: Proven) -> JsonObject:
    entry = proven.entry
    key = PolicyKey(entry.collection, entry.policy_type, entry.external_id, entry.twin)
    return {
        **key._asdict(),
        "policy_id": key.digest(tenant.id, entry.scope),
        "scope_key": entry.scope,
        "display_name": entry.display_name,
        "content_hash": entry.content_hash,
        "normalizer_version": entry.normal_form,
        "secret_count": proven.document.secret_count,
        "sync_run_id": entry.sync_run,
        "synced_at": entry.synced_at,
        "added_as": entry.added_as.value,
        "added_by": entry.added_by,
        "added_at": entry.added_at,
    }
