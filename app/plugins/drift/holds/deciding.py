"""What a person says to a group of held findings."""

from sqlalchemy import JSON, insert, literal, select, update

from app.core import InvalidInputError, Tenant, User, clock, db, record_audit, safe_reason
from app.plugins.drift.history import SYSTEM, EventKind
from app.plugins.drift.holds.rows import FindingHold, HoldState
from app.plugins.drift.models import Finding, FindingEvent

REASON_LENGTH = 400


def confirm_hold(tenant: Tenant, hold_id: int, user: User | None = None, *, reason: str = "") -> FindingHold:
    """It is true: its findings count like any other, and the next look tells them as new; audited; commits.

    Raises:
        InvalidInputError: there is no such open group.
    """
    return _decide(tenant, hold_id, HoldState.CONFIRMED, user, reason)


def dismiss_hold(tenant: Tenant, hold_id: int, user: User | None = None, *, reason: str = "") -> FindingHold:
    """It is noise: its findings stay held as long as they say the same; audited; commits.

    Raises:
        InvalidInputError: there is no such open group.
    """
    return _decide(tenant, hold_id, HoldState.DISMISSED, user, reason)


def _decide(tenant: Tenant, hold_id: int, state: HoldState, user: User | None, reason: str) -> FindingHold:
    hold = find_hold(tenant, hold_id, lock=True)
    if hold is None or hold.state != HoldState.OPEN:
        db.session.rollback()
        raise InvalidInputError(
            f"group {hold_id}: nothing is held under this number, or it was decided before"
        )
    hold.state, hold.reason = state.value, safe_reason(reason, REASON_LENGTH)
    hold.decided_by, hold.decided_at = user.email if user else SYSTEM, clock.now()
    _record(tenant, hold, EventKind.CONFIRMED if state is HoldState.CONFIRMED else EventKind.DISMISSED)
    if state is HoldState.CONFIRMED:
        letting_go = update(Finding).where(Finding.tenant_id == tenant.id, Finding.hold_id == hold.id)
        db.session.execute(letting_go.values(held_by=None), execution_options={"synchronize_session": False})
    record_audit(
        tenant.id,
        f"finding_hold.{state.value}",
        f"finding_hold:{hold.id}",
        user_id=user.id if user else None,
        actor=hold.decided_by,
        details={"gate": hold.gate, "findings": hold.count, "sentence": hold.sentence, "reason": hold.reason},
    )
    db.session.commit()
    return hold


def find_hold(tenant: Tenant, hold_id: int, *, lock: bool = False) -> FindingHold | None:
    """One group of a tenant, or nothing."""
    if not 0 < hold_id < 2**31:
        return None
    query = select(FindingHold).where(FindingHold.tenant_id == tenant.id, FindingHold.id == hold_id)
    return db.session.scalar(query.with_for_update() if lock else query)


def _record(tenant: Tenant, hold: FindingHold, kind: EventKind) -> None:
    told = select(
        Finding.tenant_id,
        Finding.id,
        literal(kind.value),
        literal(hold.decided_at, type_=FindingEvent.at.type),
        literal(hold.decided_by),
        literal(hold.reason or None, type_=FindingEvent.reason.type),
        literal({"gate": hold.gate}, type_=JSON()),
    ).where(Finding.tenant_id == tenant.id, Finding.hold_id == hold.id, Finding.held_by.is_not(None))
    columns = ["tenant_id", "finding_id", "kind", "at", "actor", "reason", "facts"]
    db.session.execute(insert(FindingEvent).from_select(columns, told, include_defaults=False))
