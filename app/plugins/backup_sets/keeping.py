"""Keeping policies: what a sync read of them, written into a set a chunk at a time."""

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
    upsert,
)
from app.plugins.backup_sets.candidates import Candidate, Candidates, name_of
from app.plugins.backup_sets.items import kept_versions
from app.plugins.backup_sets.models import BackupSet, BackupSetItem
from app.plugins.backup_sets.versions import Addition, KeptVersion, addition_of

GONE = ("backup_set_gone", "This tenant has no such backup set, or not any more.")
UNIQUE = ("backup_set_id", "policy_id", "sync_run_id")


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
            What each policy's item raises; nothing: this attempt of the run has added it, or an earlier one.

        Raises:
            RunFailedError: the set is gone.
        """
        self._hold_set()
        found = self._candidates.look_up(policy_ids)
        kept, own = kept_versions(self._backup_set, policy_ids), self._own(policy_ids)
        rows: list[JsonObject] = []
        outcomes: dict[str, ItemFailedError | None] = {}
        for policy_id, candidate in found.items():
            if isinstance(candidate, ItemFailedError):
                outcomes[policy_id] = candidate
                continue
            version = KeptVersion(candidate.sync.id, candidate.policy.content_hash)
            addition = addition_of(version, kept[policy_id])
            if addition is not None:
                rows.append(self._row(candidate, addition))
            is_own = addition is not None or policy_id in own
            outcomes[policy_id] = None if is_own else _present(candidate)
        _insert(rows)
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
            item.policy_id.in_(policy_ids),
            item.operation_run_id == self._run.id,
        )
        return set(db.session.scalars(query))

    def _row(self, candidate: Candidate, addition: Addition) -> JsonObject:
        sync, policy = candidate
        return {
            **policy._asdict(),
            "tenant_id": self._run.tenant.id,
            "backup_set_id": self._backup_set.id,
            "scope_key": sync.selection_hash,
            "normalizer_version": sync.normalizer_version,
            "sync_run_id": sync.id,
            "synced_at": sync.finished_at or sync.started_at,
            "added_as": addition.value,
            "added_by": self._added_by,
            "added_at": clock.now(),
            "operation_run_id": self._run.id,
        }


def _insert(rows: Sequence[JsonObject]) -> None:
    if not rows:
        return
    statement = upsert(BackupSetItem).on_conflict_do_nothing(index_elements=UNIQUE)
    db.session.connection().execute(statement, rows)


def _present(candidate: Candidate) -> ItemSkippedError:
    said = f"{name_of(candidate.policy)}: the set holds this content already."
    return ItemSkippedError("already_present", said)
