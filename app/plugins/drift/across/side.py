"""One of two tenants that are compared: what one of its syncs read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import orjson

from app.core import InvalidInputError, Tenant, db, tenant_key
from app.plugins.drift.across.portable import Portable, portable
from app.plugins.drift.pair import comparable_sync, states_of
from app.plugins.inventory import (
    CoverageState,
    InventorySyncRun,
    PolicyFilter,
    Sealer,
    SnapshotPolicy,
    bodies_of,
    canonicalize,
    choose_policies,
    latest_sync,
)

# Kind of reference -> the collection whose policies it names.
COLLECTIONS = {
    "filter": "assignmentFilter",
    "scope tag": "roleScopeTag",
    "location": "namedLocation",
    "notification template": "notificationTemplate",
}


class Match(NamedTuple):
    """What a policy has in common with its counterpart in another tenant."""

    collection: str
    policy_type: str
    name: str


@dataclass(frozen=True)
class Side:
    """A tenant and one of its syncs."""

    tenant: Tenant
    sync: InventorySyncRun

    @cached_property
    def policies(self) -> Mapping[Match, Sequence[SnapshotPolicy]]:
        """What the sync read, by what it is matched by; more than one of a name cannot be told apart."""
        found: defaultdict[Match, list[SnapshotPolicy]] = defaultdict(list)
        for policy in choose_policies(self.sync, PolicyFilter()):
            found[Match(policy.collection, policy.policy_type, policy.display_name)].append(policy)
        return found

    @cached_property
    def states(self) -> Mapping[str, CoverageState]:
        """How completely each collection was read."""
        return states_of(self.sync)

    @cached_property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """Kind of reference -> id -> name, of what this sync read."""
        kinds = {collection: kind for kind, collection in COLLECTIONS.items()}
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for match, policies in self.policies.items():
            if match.collection in kinds:
                found[kinds[match.collection]] |= {policy.external_id: match.name for policy in policies}
        return found

    def state(self, collection: str) -> CoverageState:
        """How completely a collection was read."""
        return self.states.get(collection, CoverageState.SKIPPED)

    def contents(self, matches: Collection[Match]) -> dict[Match, Portable]:
        """What the policies of some matches say; at most a few hundred, each the only one of its name."""
        chosen = {match: self.policies[match][0] for match in matches}
        bodies = bodies_of(self.tenant, list({policy.content_hash for policy in chosen.values()}))
        # Reading ends before anything is computed: on SQLite nobody else could write meanwhile.
        db.session.commit()
        sealer = Sealer(tenant_key(self.tenant, "inventory.secrets"))
        said = {}
        for match, policy in chosen.items():
            body = orjson.loads(bodies[policy.content_hash])
            # Stored bodies were searched for credentials when they were read.
            content = canonicalize(body, match.collection, sealer, is_wary=False).content
            said[match] = portable(content, self.names)
        return said


def side_of(tenant: Tenant, sync_run_id: int | None = None) -> Side:
    """A tenant with one of its syncs, by default the latest that finished.

    Raises:
        InvalidInputError: there is no such sync, or none at all.
    """
    sync = comparable_sync(tenant, sync_run_id) if sync_run_id else latest_sync(tenant)
    if sync is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no finished sync")
    return Side(tenant, sync)
