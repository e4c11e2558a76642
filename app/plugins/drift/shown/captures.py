"""When the two snapshots behind a finding were taken, and what they had stored."""

from dataclasses import dataclass

import orjson

from app.core import JsonObject, Tenant, tenant_key
from app.plugins.drift.models import Finding
from app.plugins.inventory import (
    InventorySyncRun,
    Sealer,
    bodies_of,
    canonicalize,
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


def content_of(tenant: Tenant, collection: str, digest: str | None) -> JsonObject:
    """A stored content in the form in which it is compared; empty: there is none, or none any more."""
    body = bodies_of(tenant, [digest]).get(digest) if digest else None
    if body is None:
        return {}
    sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
    # Stored bodies were searched for credentials when they were read.
    return canonicalize(orjson.loads(body), collection, sealer, is_wary=False).content


def _sync(tenant: Tenant, run_id: int | None) -> InventorySyncRun | None:
    return find_sync(tenant, run_id) if run_id else None
