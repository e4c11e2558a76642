"""A kept version beside another, or beside what the tenant has now: what differs, path by path."""

from typing import Any, NamedTuple

import orjson

from app.core import Tenant, db, redact, tenant_key
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.inventory import (
    Absence,
    Evidence,
    InventorySyncRun,
    PolicyFilter,
    Sealer,
    absences_from,
    bodies_of,
    canonicalize,
    changes_between,
    choose_policies,
    evidence_of,
    latest_sync,
    list_rules,
)


class Compared(NamedTuple):
    """Two documents held side by side.

    Attributes:
        evidence: what differs, bounded; none where one of them cannot be read.
        reason: why it cannot.
    """

    evidence: Evidence | None
    reason: str = ""


class Now(NamedTuple):
    """A kept version beside the latest sync of its scope; without a sync there is none."""

    sync: InventorySyncRun | None
    compared: Compared


_ABSENT = {
    Absence.GONE: "The latest sync read the whole type, and not this policy: it is gone from the tenant.",
    Absence.UNREAD: "The latest sync could not read this policy: nobody knows what it says now.",
    Absence.REFUSED: "The source refused this type to the latest sync: nobody knows what it says now.",
}


def compare_versions(tenant: Tenant, before: BackupSetItem, after: BackupSetItem) -> Compared:
    """What changed from one kept version of a policy to another; ends its transaction."""
    return _compared(tenant, before.collection, before.content_hash, after.content_hash)


def since_saved(tenant: Tenant, item: BackupSetItem) -> Now:
    """What changed in the tenant since a version was kept; ends its transaction."""
    sync = latest_sync(tenant, item.scope_key)
    if sync is None:
        db.session.commit()
        return Now(None, Compared(None, "This tenant has no finished sync of that source yet."))
    found = choose_policies(sync, PolicyFilter(policy_ids=(item.policy_id,)))
    if not found:
        absence = absences_from(sync, [item.policy_id])[item.policy_id]
        db.session.commit()
        return Now(sync, Compared(None, _ABSENT[absence]))
    return Now(sync, _compared(tenant, item.collection, item.content_hash, found[0].content_hash))


def _compared(tenant: Tenant, collection: str, before: str, after: str) -> Compared:
    bodies = bodies_of(tenant, [before, after])
    db.session.commit()
    documents = [_document(bodies.get(content_hash)) for content_hash in (before, after)]
    sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
    # Both in today's normal form, whatever they were kept in.
    contents = [
        canonicalize(one, collection, sealer, is_wary=False).content for one in documents if one is not None
    ]
    if len(contents) < len(documents):
        return Compared(None, "A document is missing from the snapshot store, or is none any more.")
    return Compared(evidence_of(changes_between(contents[0], contents[1], list_rules), redact))


def _document(body: bytes | None) -> dict[str, Any] | None:
    try:
        found = None if body is None else orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
