"""When the two snapshots behind a finding were taken, and what they said of its policy."""

from dataclasses import dataclass

import orjson

from app.core import JsonObject, Tenant, tenant_key
from app.plugins.drift.models import Finding
from app.plugins.inventory import (
    InventorySyncRun,
    PolicyFilter,
    Sealer,
    bodies_of,
    canonicalize,
    choose_policies,
    find_sync,
)


@dataclass(frozen=True)
class Captures:
    """Both syncs of a finding; one that is not kept any more is missing."""

    baseline: InventorySyncRun | None
    current: InventorySyncRun | None

    @property
    def newest(self) -> InventorySyncRun | None:
        """The current one, else the other."""
        return self.current or self.baseline


def captures_of(tenant: Tenant, finding: Finding) -> Captures:
    """The syncs that a finding was found between."""
    return Captures(*(_sync(tenant, run_id) for run_id in (finding.baseline_run_id, finding.current_run_id)))


def content_at(tenant: Tenant, finding: Finding, sync: InventorySyncRun | None) -> JsonObject:
    """What a sync read of the policy of a finding, in the form in which it was compared; empty: nothing."""
    if sync is None or finding.policy_id is None:
        return {}
    for policy in choose_policies(sync, PolicyFilter(policy_ids=(finding.policy_id,))):
        if body := bodies_of(tenant, [policy.content_hash]).get(policy.content_hash):
            sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
            # Stored bodies were searched for credentials when they were read.
            return canonicalize(orjson.loads(body), policy.collection, sealer, is_wary=False).content
    return {}


def _sync(tenant: Tenant, run_id: int | None) -> InventorySyncRun | None:
    return find_sync(tenant, run_id) if run_id else None
