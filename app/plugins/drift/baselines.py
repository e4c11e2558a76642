"""The baseline of a scope: set by a manager, compared with after every sync."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core import JsonObject, RunFacts, Tenant, User, clock, db, record_audit
from app.plugins.drift.models import DriftBaseline
from app.plugins.drift.pair import comparable_sync
from app.plugins.inventory import SyncStatus, find_sync


def set_baseline(tenant: Tenant, sync_run_id: int, user: User | None = None) -> DriftBaseline:
    """Compare every later sync of a sync's scope with it; audited; commits.

    Args:
        tenant: whose.
        sync_run_id: a sync that ended by itself.
        user: who; none: the administrator on the command line.

    Raises:
        InvalidInputError: there is no such sync, or it cannot be compared with.
    """
    sync = comparable_sync(tenant, sync_run_id)
    baseline = DriftBaseline(
        tenant_id=tenant.id,
        scope_key=sync.selection_hash,
        sync_run_id=sync.id,
        set_by=user.email if user else "system",
        set_at=clock.now(),
    )
    baseline = db.session.merge(baseline)
    _record(tenant, "drift_baseline.set", user, {"sync": sync.id, "scope": sync.selection_hash})
    db.session.commit()
    return baseline


def clear_baseline(tenant: Tenant, scope_key: str, user: User | None = None) -> bool:
    """Compare with nothing any more; audited; commits; whether there was a baseline."""
    baseline = baseline_of(tenant, scope_key)
    if baseline is not None:
        db.session.delete(baseline)
        _record(tenant, "drift_baseline.cleared", user, {"sync": baseline.sync_run_id, "scope": scope_key})
    db.session.commit()
    return baseline is not None


def baseline_of(tenant: Tenant, scope_key: str) -> DriftBaseline | None:
    """The baseline of one scope of a tenant, or nothing."""
    return db.session.get(DriftBaseline, (tenant.id, scope_key))


def baselines_of(tenant: Tenant) -> Sequence[DriftBaseline]:
    """Every baseline of a tenant."""
    query = select(DriftBaseline).where(DriftBaseline.tenant_id == tenant.id)
    return db.session.scalars(query.order_by(DriftBaseline.scope_key)).all()


def comparison_with_baseline(sync_run: RunFacts) -> JsonObject | None:
    """Parameters of the drift generation that follows a sync; nothing: its scope has no other baseline."""
    sync = find_sync(sync_run.tenant, sync_run.id)
    if sync is None or not SyncStatus(sync.status).is_comparable:
        return None
    baseline = baseline_of(sync_run.tenant, sync.selection_hash)
    if baseline is None or baseline.sync_run_id == sync.id:
        return None
    return {"baseline_run_id": baseline.sync_run_id, "current_run_id": sync.id}


def _record(tenant: Tenant, action: str, user: User | None, details: JsonObject) -> None:
    record_audit(
        tenant.id,
        action,
        f"tenant:{tenant.slug}",
        user_id=user.id if user else None,
        actor=user.email if user else "system",
        details=details,
    )
