"""Sets and kept versions as programs read them."""

from app.core import JsonObject
from app.plugins.backup_sets.items import ShownItem
from app.plugins.backup_sets.sets import SetSummary


def set_document(held: SetSummary) -> JsonObject:
    """A set with what it holds, as JSON."""
    return {
        "id": held.backup_set.id,
        "name": held.backup_set.name,
        "description": held.backup_set.description,
        "imported_from": held.backup_set.imported_from,
        "keep_versions": held.backup_set.keep_versions,
        "policies": held.policies,
        "versions": held.versions,
        "created_by": held.backup_set.created_by,
        "created_at": held.backup_set.created_at.isoformat(),
        "added_at": held.added_at.isoformat() if held.added_at else None,
        "verified_at": held.verified_at.isoformat() if held.verified_at else None,
    }


def item_document(shown: ShownItem) -> JsonObject:
    """A kept version, as JSON."""
    item = shown.item
    return {
        "id": item.id,
        "policy_id": item.policy_id,
        "collection": item.collection,
        "policy_type": item.policy_type,
        "external_id": item.external_id,
        "display_name": item.display_name,
        "content_hash": item.content_hash,
        "secret_count": item.secret_count,
        "version": shown.version,
        "versions": shown.versions,
        "inventory_sync_run_id": item.sync_run_id,
        "synced_at": item.synced_at.isoformat(),
        "added_as": item.added_as,
        "added_by": item.added_by,
        "added_at": item.added_at.isoformat(),
        "operation_run_id": item.operation_run_id,
        "document_state": item.document_state,
        "tenant_state": item.tenant_state,
        "verified_at": item.verified_at.isoformat() if item.verified_at else None,
    }
