"""Taking acknowledgements back."""

from sqlalchemy import update

from app.core import InvalidInputError, Tenant, User, clock, db, record_audit, safe_reason
from app.plugins.drift.deciding import REASON_LENGTH
from app.plugins.drift.history import SYSTEM, Event, EventKind, record_events
from app.plugins.drift.models import Finding, FindingAcknowledgement
from app.plugins.drift.pinning import SENTENCES, Outcome, locked, stand


def withdraw(tenant: Tenant, finding_id: int, user: User | None = None, reason: str = "") -> None:
    """Take every acknowledgement of a finding back; audited; commits.

    Raises:
        InvalidInputError: there is no such finding, or nothing to take back.
    """
    finding = locked(tenant, [finding_id]).get(finding_id)
    actor = user.email if user else SYSTEM
    taken_back = [] if finding is None else _withdrawn(finding, actor)
    if finding is None or not taken_back:
        db.session.rollback()
        raise InvalidInputError(SENTENCES[Outcome.GONE] if finding is None else "It is not acknowledged.")
    said = safe_reason(reason, REASON_LENGTH)
    event = Event(kind=EventKind.WITHDRAWN, actor=actor, reason=said or None)
    record_events(tenant, [(finding.id, event)])
    stand([finding])
    details = {"reason": said, "acknowledgements": taken_back}
    record_audit(
        tenant.id,
        "finding.unacknowledged",
        f"finding:{finding.id}",
        user_id=user.id if user else None,
        actor=actor,
        details=details,
    )
    db.session.commit()


def _withdrawn(finding: Finding, actor: str) -> list[int]:
    given = FindingAcknowledgement
    taking = (
        update(given)
        .where(given.finding_id == finding.id, given.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now(), withdrawn_by=actor)
        .returning(given.id)
    )
    return sorted(db.session.scalars(taking))
