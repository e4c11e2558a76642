"""The baseline of a scope: set by a manager in versions, compared with after every sync."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core import (
    InvalidInputError,
    JsonObject,
    RunFacts,
    Tenant,
    User,
    clock,
    db,
    record_audit,
    safe_reason,
)
from app.plugins.drift.absorbing import absorb
from app.plugins.drift.line import Line
from app.plugins.drift.models import DriftBaseline
from app.plugins.drift.pair import SnapshotPair, comparable_sync
from app.plugins.inventory import InventorySyncRun, SyncStatus, find_sync

NAME_LENGTH = 120
REASON_LENGTH = 400


def set_baseline(
    tenant: Tenant, sync_run_id: int, user: User | None = None, *, name: str = "", reason: str = ""
) -> DriftBaseline:
    """Compare every later sync of a sync's scope with it: a new version of the baseline; audited; commits.

    Open findings whose state it holds are absorbed. A sync that is the baseline already stays it, as it is.

    Args:
        tenant: whose.
        sync_run_id: a sync that ended by itself.
        user: who; none: the administrator on the command line.
        name: what people call this version; may be empty.
        reason: why it is set; may be empty.

    Raises:
        InvalidInputError: there is no such sync, or it cannot be compared with, or the name is too long.
    """
    if len(name) > NAME_LENGTH:
        raise InvalidInputError(f"name: at most {NAME_LENGTH} characters")
    sync = comparable_sync(tenant, sync_run_id)
    former = baseline_of(tenant, sync.selection_hash)
    if former is not None and former.sync_run_id == sync.id:
        db.session.commit()
        return former
    if former is not None:
        _end(former, user)
    baseline = _next_version(tenant, sync, user)
    baseline.name, baseline.reason = safe_reason(name, NAME_LENGTH), safe_reason(reason, REASON_LENGTH)
    db.session.add(baseline)
    db.session.flush()
    baseline.absorbed = absorb(tenant, baseline, sync)
    _record(tenant, "drift_baseline.set", user, _told(baseline))
    db.session.commit()
    return baseline


def clear_baseline(tenant: Tenant, scope_key: str, user: User | None = None, *, reason: str = "") -> bool:
    """Compare with nothing any more; audited; commits; whether there was a baseline."""
    baseline = baseline_of(tenant, scope_key)
    if baseline is not None:
        _end(baseline, user)
        told = {"sync": baseline.sync_run_id, "scope": scope_key, "version": baseline.version}
        _record(tenant, "drift_baseline.cleared", user, told | {"reason": safe_reason(reason, REASON_LENGTH)})
    db.session.commit()
    return baseline is not None


def baseline_of(tenant: Tenant, scope_key: str) -> DriftBaseline | None:
    """The present version of the baseline of one scope of a tenant, or nothing."""
    return db.session.scalar(
        select(DriftBaseline).where(
            DriftBaseline.tenant_id == tenant.id,
            DriftBaseline.scope_key == scope_key,
            DriftBaseline.ended_at.is_(None),
        )
    )


def baselines_of(tenant: Tenant) -> Sequence[DriftBaseline]:
    """The present version of every baseline of a tenant."""
    query = select(DriftBaseline).where(
        DriftBaseline.tenant_id == tenant.id, DriftBaseline.ended_at.is_(None)
    )
    return db.session.scalars(query.order_by(DriftBaseline.scope_key)).all()


def baseline_versions(tenant: Tenant, scope_key: str | None = None) -> Sequence[DriftBaseline]:
    """Every version of the baseline of one scope of a tenant or of all, newest first in each."""
    query = select(DriftBaseline).where(DriftBaseline.tenant_id == tenant.id)
    if scope_key is not None:
        query = query.where(DriftBaseline.scope_key == scope_key)
    return db.session.scalars(query.order_by(DriftBaseline.scope_key, DriftBaseline.version.desc())).all()


def comparison_with_baseline(sync_run: RunFacts) -> JsonObject | None:
    """Parameters of the drift generation that follows a sync; nothing: its scope has no other baseline."""
    sync = find_sync(sync_run.tenant, sync_run.id)
    if sync is None or not SyncStatus(sync.status).is_comparable:
        return None
    baseline = baseline_of(sync_run.tenant, sync.selection_hash)
    if baseline is None or baseline.sync_run_id == sync.id:
        return None
    return {"baseline_run_id": baseline.sync_run_id, "current_run_id": sync.id}


def claim_line(tenant: Tenant, pair: SnapshotPair) -> Line:
    """To which line a comparison belongs: the baseline's, if it is the newest look from its present version.

    The newest look is remembered, so that a late one of an older sync speaks for itself alone; the caller
    commits.
    """
    baseline = baseline_of(tenant, pair.scope_key)
    if baseline is None or baseline.sync_run_id != pair.baseline.id:
        return Line.PAIR
    if pair.current.id < max(baseline.sync_run_id, baseline.looked_at_id or 0):
        return Line.PAIR
    baseline.looked_at_id = pair.current.id
    db.session.flush()
    return Line.BASELINE


def _next_version(tenant: Tenant, sync: InventorySyncRun, user: User | None) -> DriftBaseline:
    latest = select(func.max(DriftBaseline.version)).where(
        DriftBaseline.tenant_id == tenant.id, DriftBaseline.scope_key == sync.selection_hash
    )
    return DriftBaseline(
        tenant_id=tenant.id,
        scope_key=sync.selection_hash,
        version=(db.session.scalar(latest) or 0) + 1,
        sync_run_id=sync.id,
        set_by=_actor(user),
        set_at=clock.now(),
    )


def _end(baseline: DriftBaseline, user: User | None) -> None:
    baseline.ended_at, baseline.ended_by = clock.now(), _actor(user)


def _actor(user: User | None) -> str:
    return user.email if user else "system"


def _told(baseline: DriftBaseline) -> JsonObject:
    return {
        "sync": baseline.sync_run_id,
        "scope": baseline.scope_key,
        "version": baseline.version,
        "name": baseline.name,
        "reason": baseline.reason,
        "absorbed": baseline.absorbed,
    }


def _record(tenant: Tenant, action: str, user: User | None, details: JsonObject) -> None:
    record_audit(
        tenant.id,
        action,
        f"tenant:{tenant.slug}",
        user_id=user.id if user else None,
        actor=_actor(user),
        details=details,
    )
