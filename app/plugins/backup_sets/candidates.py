"""Policies that may be kept: each as one sync read it, or with the reason why it cannot be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.core import ItemFailedError, Tenant
from app.plugins.inventory import (
    Absence,
    InventorySyncRun,
    KnownPolicy,
    PolicyFilter,
    SnapshotPolicy,
    absences_from,
    choose_policies,
    known_policies,
    latest_sync,
)


class Candidate(NamedTuple):
    """A policy as a sync read it."""

    sync: InventorySyncRun
    policy: SnapshotPolicy


@dataclass
class Candidates:
    """Looks policies up in one sync, or in the latest of each policy's scope.

    Attributes:
        tenant: whose.
        sync: where to look; none: in the latest.
        looked_at: numbers of the syncs that were asked so far.
    """

    tenant: Tenant
    sync: InventorySyncRun | None
    looked_at: set[int] = field(default_factory=set)
    _latest: dict[str, InventorySyncRun | None] = field(default_factory=dict)

    def look_up(self, policy_ids: Sequence[str]) -> dict[str, Candidate | ItemFailedError]:
        """Each of a few hundred policies as it was read, or why it cannot be kept."""
        found: dict[str, Candidate | ItemFailedError] = {}
        for sync, some in self._by_sync(policy_ids):
            self.looked_at.add(sync.id)
            read = choose_policies(sync, PolicyFilter(policy_ids=tuple(some)))
            found |= {policy.policy_id: _readable(sync, policy) for policy in read}
            missing = [policy_id for policy_id in some if policy_id not in found]
            if missing:
                found |= self._absent(sync, missing)
        unknown = ItemFailedError("not_found", "No finished sync of this tenant has such a policy.")
        return {policy_id: found.get(policy_id, unknown) for policy_id in policy_ids}

    def _by_sync(self, policy_ids: Sequence[str]) -> Iterator[tuple[InventorySyncRun, Sequence[str]]]:
        """Which policies are looked up in which sync; those without a finished sync in none."""
        if self.sync is not None:
            yield self.sync, policy_ids
            return
        by_scope: dict[str, list[str]] = {}
        for policy in known_policies(self.tenant, policy_ids).values():
            by_scope.setdefault(policy.scope_key, []).append(policy.policy_id)
        for scope_key, some in by_scope.items():
            sync = self._latest_of(scope_key)
            if sync is not None:
                yield sync, some

    def _latest_of(self, scope_key: str) -> InventorySyncRun | None:
        if scope_key not in self._latest:
            self._latest[scope_key] = latest_sync(self.tenant, scope_key)
        return self._latest[scope_key]

    def _absent(self, sync: InventorySyncRun, policy_ids: Sequence[str]) -> dict[str, ItemFailedError]:
        known, absences = known_policies(self.tenant, policy_ids), absences_from(sync, policy_ids)
        return {policy_id: _absence(policy, sync, absences[policy_id]) for policy_id, policy in known.items()}


def _readable(sync: InventorySyncRun, policy: SnapshotPolicy) -> Candidate | ItemFailedError:
    if policy.secret_count is None:
        said = f"{name_of(policy)}: its document is missing from the snapshot store."
        return ItemFailedError("unreadable", said)
    return Candidate(sync, policy)


def _absence(policy: KnownPolicy, sync: InventorySyncRun, absence: Absence) -> ItemFailedError:
    name = name_of(policy)
    match absence:
        case Absence.GONE:
            return ItemFailedError("not_found", f"{name}: sync {sync.id} does not have it.")
        case Absence.UNREAD:
            return ItemFailedError("unreadable", f"{name}: sync {sync.id} could not read it.")
        case Absence.REFUSED:
            return ItemFailedError("not_permitted", f"{name}: the source refused its type to sync {sync.id}.")


def name_of(policy: SnapshotPolicy | KnownPolicy) -> str:
    """What people call a policy; its number where it has no name."""
    return policy.display_name or policy.policy_id
