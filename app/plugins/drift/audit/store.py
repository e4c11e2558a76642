"""Audit events in the database: they live as long as the run that read them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from app.core import Tenant, db, upsert
from app.plugins.drift.audit.events import ChangeEvent
from app.plugins.drift.audit.models import DriftAuditEvent


class Kept(NamedTuple):
    """What is kept of a tenant."""

    events: int
    earliest: datetime | None
    latest: datetime | None


def store_events(tenant: Tenant, run_id: int, events: Collection[ChangeEvent]) -> None:
    """Keep events; those that an earlier run read live as long as this one now. The caller commits."""
    rows = [
        {
            "tenant_id": tenant.id,
            "run_id": run_id,
            "event_id": event.id,
            "resource_id": resource_id,
            "at": event.at,
            "activity": event.activity,
            "operation": event.operation,
            "actor": event.actor,
        }
        for event in events
        for resource_id in event.resource_ids
    ]
    if not rows:
        return
    statement = upsert(DriftAuditEvent)
    known = ["tenant_id", "event_id", "resource_id"]
    renewed = {name: statement.excluded[name] for name in rows[0] if name not in known}
    db.session.connection().execute(statement.on_conflict_do_update(index_elements=known, set_=renewed), rows)


def events_between(
    tenant: Tenant, resource_id: str, begin: datetime, end: datetime, *, limit: int
) -> Sequence[DriftAuditEvent]:
    """Events of one resource after a moment and until another, newest first."""
    query = select(DriftAuditEvent).where(
        DriftAuditEvent.tenant_id == tenant.id,
        DriftAuditEvent.resource_id == resource_id.lower(),
        DriftAuditEvent.at > begin,
        DriftAuditEvent.at <= end,
    )
    newest = query.order_by(DriftAuditEvent.at.desc(), DriftAuditEvent.id.desc())
    return db.session.scalars(newest.limit(limit)).all()


def kept_events(tenant: Tenant) -> Kept:
    """How many events are kept of a tenant, and from when to when."""
    counted = func.count(DriftAuditEvent.event_id.distinct())
    query = select(counted, func.min(DriftAuditEvent.at), func.max(DriftAuditEvent.at))
    return Kept(*db.session.execute(query.where(DriftAuditEvent.tenant_id == tenant.id)).one())
