"""Acknowledgements whose time is over: noted in the history, and the finding is new again."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from app.core import Tenant, all_tenants, clock, db, reading
from app.plugins.drift.history import Event, EventKind, record_events
from app.plugins.drift.models import Finding
from app.plugins.drift.pinning import stand
from app.plugins.drift.sighting import WHY

AT_ONCE = 200  # findings a transaction: on SQLite nobody else writes meanwhile


def lapse() -> int:
    """Note every acknowledgement that is over, of all tenants; returns how many findings are new by it.

    A chore: when nothing is over, that is one read in an index. Nothing waits for it, because whoever reads a
    finding looks at the clock; any number of workers may call at once.
    """
    with reading():
        due = set(db.session.scalars(select(Finding.tenant_id).where(_is_over()).distinct()))
        tenants = [tenant for tenant in all_tenants() if tenant.id in due] if due else []
        db.session.commit()
    return sum(_lapse(tenant) for tenant in tenants)


def _lapse(tenant: Tenant) -> int:
    lapsed = 0
    while over := _locked(tenant):
        stand(over)
        new = [finding for finding in over if finding.stored_status == "new"]
        expired = Event(kind=EventKind.EXPIRED, reason=WHY[EventKind.EXPIRED])
        record_events(tenant, [(finding.id, expired) for finding in new])
        db.session.commit()
        lapsed += len(new)
    db.session.commit()
    return lapsed


def _locked(tenant: Tenant) -> Sequence[Finding]:
    query = (
        select(Finding)
        .where(Finding.tenant_id == tenant.id, _is_over())
        .order_by(Finding.id)
        .limit(AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def _is_over() -> ColumnElement[bool]:
    return Finding.acknowledged_until <= clock.now()
