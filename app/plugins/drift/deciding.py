"""What a person says when acknowledging: why, and for how long."""

from dataclasses import dataclass
from datetime import UTC, datetime

from app.core import InvalidInputError, User, clock, safe_reason
from app.plugins.drift.history import SYSTEM

REASON_LENGTH = 400


@dataclass(frozen=True)
class Decision:
    """An acknowledgement before it is given.

    Attributes:
        reason: one sanitized line, never empty.
        until: from when on it holds no more; none: it holds for good.
        actor: e-mail, or `system`.
        user_id: of the person.
        run_id: the run that gives it to many.
    """

    reason: str
    until: datetime | None = None
    actor: str = SYSTEM
    user_id: int | None = None
    run_id: int | None = None


def decision_of(
    reason: str, until: str | datetime | None = None, user: User | None = None, *, run_id: int | None = None
) -> Decision:
    """A decision, as it was typed.

    Args:
        reason: why; required.
        until: a day or a moment in the future, in ISO 8601, by default in UTC; empty: for good.
        user: who; none: the administrator on the command line.
        run_id: the run that carries it out.

    Raises:
        InvalidInputError: the reason is empty or too long, or the moment is none or has passed.
    """
    return Decision(
        reason=reason_of(reason),
        until=end_of(until),
        actor=user.email if user else SYSTEM,
        user_id=user.id if user else None,
        run_id=run_id,
    )


def reason_of(text: str) -> str:
    """A reason as it is kept.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    if not text.strip():
        raise InvalidInputError("reason: say why this is accepted")
    if len(text) > REASON_LENGTH:
        raise InvalidInputError(f"reason: at most {REASON_LENGTH} characters")
    return safe_reason(text, REASON_LENGTH)


def end_of(until: str | datetime | None) -> datetime | None:
    """The moment from which on an acknowledgement holds no more; a day begins at midnight, in UTC.

    Raises:
        InvalidInputError: it is no moment, or has passed.
    """
    if until is None or until == "":
        return None
    try:
        moment = datetime.fromisoformat(until.strip()) if isinstance(until, str) else until
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInputError(f"until: {str(until)[:40]!r} is no date such as 2030-12-31") from None
    if moment <= clock.now():
        raise InvalidInputError(f"until: {moment.date()} is not in the future")
    return moment
