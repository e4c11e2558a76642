"""How many policies one sync added, changed and ended, as the store tells it."""

from sqlalchemy import Select, func, select

from app.core import db
from app.plugins.inventory.models import InventorySyncRun, InventoryVersion


def changes_of(sync: InventorySyncRun) -> dict[str, int]:
    """Counts `added`, `changed` and `ended`, in policies; the same however often the sync was resumed."""
    begun, over = _begun(sync), _over(sync)
    added, ended, changed = _count(begun), _count(over), _count(begun.where(_VERSION.policy_id.in_(over)))
    return {"added": added - changed, "changed": changed, "ended": ended - changed}


_VERSION = InventoryVersion


def _begun(sync: InventorySyncRun) -> Select[str]:
    """Policies with a version that this sync began and that is still open."""
    return _of_scope(sync).where(_VERSION.from_run_id == sync.id, _VERSION.until_run_id.is_(None))


def _over(sync: InventorySyncRun) -> Select[str]:
    """Policies with a version of an earlier sync that this one ended."""
    return _of_scope(sync).where(_VERSION.until_run_id == sync.id, _VERSION.from_run_id != sync.id)


def _of_scope(sync: InventorySyncRun) -> Select[str]:
    return (
        select(_VERSION.policy_id)
        .where(_VERSION.tenant_id == sync.tenant_id, _VERSION.scope_key == sync.selection_hash)
        .distinct()
    )


def _count(policies: Select[str]) -> int:
    return db.session.scalar(select(func.count()).select_from(policies.subquery())) or 0
