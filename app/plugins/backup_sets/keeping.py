"""Keeping policies: what a sync read of them, written into a set a chunk at a time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core import (
    ItemFailedError,
    ItemSkippedError,
    JsonObject,
    RunContext,
    RunFailedError,
    clock,
    db,
    insert_new,
    one_of,
)
from app.plugins.backup_sets.candidates import Candidate, Candidates, name_of
from app.plugins.backup_sets.items import kept_versions
from app.plugins.backup_sets.models import BackupSet, BackupSetItem
from app.plugins.backup_sets.versions import KeptVersion, addition_of
from app.plugins.backup_sets.worked_on import GONE
from app.plugins.inventory import InventorySyncRun

CLOSED = "An imported set stays as it came: its syncs are those of another installation or tenant."
IMPORTED = ("set_is_imported", CLOSED)


class Keeper:
    """Writes policies into one set for one run."""

    def __init__(
        self, run: RunContext[Any], backup_set: BackupSet, candidates: Candidates, added_by: str
    ) -> None:
        """Keep for a run.

        Args:
            run: fences what is written.
            backup_set: where to.
            candidates: where the policies are looked up.
            added_by: e-mail, or `system`.
        """
        self._run, self._backup_set = run, backup_set
        self._candidates, self._added_by = candidates, added_by

    def keep(self, policy_ids: Sequence[str]) -> dict[str, ItemFailedError | None]:
        """Add what the set does not hold yet, in one short transaction.

        Args:
            policy_ids: a few hundred at most.

        Returns:
            Why a policy was not added; nothing: this attempt of the run has added it, or an earlier one.

        Raises:
            RunFailedError: the set is gone.
        """
        self._hold_set()
        found = self._candidates.look_up(policy_ids)
        kept, own = kept_versions(self._backup_set, policy_ids), self._own(policy_ids)
        rows: defaultdict[InventorySyncRun, list[JsonObject]] = defaultdict(list)
        outcomes: dict[str, ItemFailedError | None] = {}
        for policy_id, candidate in found.items():
            if isinstance(candidate, ItemFailedError):
                outcomes[policy_id] = candidate
                continue
            version = KeptVersion(candidate.sync.id, candidate.policy.content_hash)
            addition = addition_of(version, kept[policy_id])
            if addition is not None:
                rows[candidate.sync].append({**candidate.policy._asdict(), "added_as": addition.value})
            is_own = addition is not None or policy_id in own
            outcomes[policy_id] = None if is_own else _present(candidate)
        for sync, some in rows.items():
            insert_new(BackupSetItem, some, self._of_sync(sync))
        self._run.fence()
        db.session.commit()
        return outcomes

    def _hold_set(self) -> None:
        query = select(BackupSet.id).where(BackupSet.id == self._backup_set.id)
        if db.session.scalar(query.with_for_update(read=True)) is None:
            raise RunFailedError(*GONE)

    def _own(self, policy_ids: Sequence[str]) -> set[str]:
        """Policies that an earlier attempt has added: their outcome may be lost with its worker."""
        if self._run.attempt == 1:
            return set()
        item = BackupSetItem
        query = select(item.policy_id).where(
            item.backup_set_id == self._backup_set.id,
            one_of(item.policy_id, policy_ids),
            item.operation_run_id == self._run.id,
        )
        return set(db.session.scalars(query))

    def _of_sync(self, sync: InventorySyncRun) -> JsonObject:
        """What all rows have in common that come from one sync."""
        return {
            "tenant_id": self._run.tenant.id,
            "backup_set_id": self._backup_set.id,
            "scope_key": sync.selection_hash,
            "normalizer_version": sync.normalizer_version,
            "sync_run_id": sync.id,
            "synced_at": sync.finished_at or sync.started_at,
            "added_by": self._added_by,
            "added_at": clock.now(),
            "operation_run_id": self._run.id,
        }


def _present(candidate: Candidate) -> ItemSkippedError:
    said = f"{name_of(candidate.policy)}: the set holds this content already."
    return ItemSkippedError("already_present", said)
