"""What became of an attempt: delivered, to be tried again, or given up."""

from collections.abc import Collection

from sqlalchemy import update

from app.core.db import changed_rows, database_now, db
from app.core.errors import DeliveryFailedError
from app.core.outbox import SAID_LENGTH, Delivery, DeliveryState
from app.core.redaction import safe_reason

PAUSES = (
    30.0,
    120.0,
    600.0,
    3_600.0,
    21_600.0,
)  # seconds after each failed attempt; after the last: given up


def settle(
    delivery_ids: Collection[int], attempt: int, failure: DeliveryFailedError | None, *, is_test: bool
) -> None:
    """Write what became of an attempt, unless it took so long that somebody else has taken the message.

    Args:
        delivery_ids: all that were in the message.
        attempt: its number, by which it is known whether they are still ours.
        failure: why it was not delivered; none: it was.
        is_test: tests are tried once.
    """
    statement = update(Delivery).where(
        Delivery.id.in_(delivery_ids), Delivery.attempts == attempt, Delivery.state == DeliveryState.PENDING
    )
    if failure is None:
        statement = statement.values(state=DeliveryState.DELIVERED, delivered_at=database_now(), said=None)
    elif failure.is_final or is_test or attempt > len(PAUSES):
        statement = statement.values(state=DeliveryState.FAILED, said=_said(failure))
    else:
        pause = _pause(attempt, failure.retry_after)
        statement = statement.values(next_at=database_now(pause), said=_said(failure))
    changed_rows(statement.execution_options(synchronize_session=False))
    db.session.commit()


def _pause(attempt: int, wanted: float | None) -> float:
    """Seconds until the next attempt: as declared, or as long as the receiver asks, within the longest."""
    return max(PAUSES[attempt - 1], min(wanted or 0.0, PAUSES[-1]))


def _said(failure: DeliveryFailedError) -> str:
    return safe_reason(failure.reason, SAID_LENGTH)
