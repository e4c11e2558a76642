"""Syncs that no worker will end any more."""

from sqlalchemy import update

from app.core import Tenant, clock, db
from app.plugins.inventory.coverage import SyncStatus
from app.plugins.inventory.models import InventorySyncRun


def fail_unfinished(tenant: Tenant, scope_key: str) -> None:
    """Give up the syncs of a scope whose worker died: only one is at work at a time; the caller commits."""
    dead = update(InventorySyncRun).where(
        InventorySyncRun.tenant_id == tenant.id,
        InventorySyncRun.selection_hash == scope_key,
        InventorySyncRun.status == SyncStatus.RUNNING,
    )
    db.session.execute(
        dead.values(status=SyncStatus.FAILED, finished_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
