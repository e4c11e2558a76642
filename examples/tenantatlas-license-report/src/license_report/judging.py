"""Which license policies need: from inventory's snapshot, a few hundred at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.core import ItemFailedError, ItemSkippedError, Tenant
from app.plugins.inventory import (
    InventorySyncRun,
    PolicyFilter,
    SnapshotPolicy,
    bodies_of,
    choose_policies,
)
from license_report.licenses import License, facts_about

Judgement = License | ItemFailedError | ItemSkippedError


def judged(
    tenant: Tenant, sync: InventorySyncRun, policy_ids: Sequence[str]
) -> dict[str, tuple[SnapshotPolicy, Judgement]]:
    """Each of a few hundred policies as a sync read it, with what it needs or why that is not known.

    A policy that the sync has not read is left out.
    """
    policies = choose_policies(sync, PolicyFilter(policy_ids=tuple(policy_ids)))
    known = [policy.content_hash for policy in policies if facts_about(policy.collection)]
    bodies = bodies_of(tenant, known)
    return {policy.policy_id: (policy, judge(policy, bodies.get(policy.content_hash))) for policy in policies}


def judge(policy: SnapshotPolicy, body: bytes | None) -> Judgement:
    """What one policy needs.

    Args:
        policy: as a sync read it.
        body: its document as JSON; none: the store does not have it, or nobody needs it.
    """
    facts = facts_about(policy.collection)
    if not facts:
        return ItemSkippedError("license_unknown", "No license is known for policies of this type.")
    if body is None:
        return ItemFailedError("unreadable", "Its document is missing from the snapshot store.")
    content: Mapping[str, Any] = orjson.loads(body)
    for fact in facts:
        if not fact.path or fact.fits(content):
            return fact.needs
    return ItemSkippedError("license_unknown", "No license is known for what this policy sets.")
