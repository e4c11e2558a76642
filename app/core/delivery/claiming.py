"""Taking a message out of the outbox, with those that go with it in a digest: in one hand at a time."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, TextClause, func, select, update
from sqlalchemy.orm import aliased

from app.core.db import database_now, db, reading
from app.core.outbox import WAITING, ChannelSubscription, Delivery
from app.core.registry.catalog import Catalog
from app.core.registry.extensions import NotificationChannel

LEASE_SECONDS = 120.0  # an attempt that takes longer counts as lost with its worker
AT_ONCE = 50  # channels a pass
GATHERED_AT_ONCE = 200  # messages of a digest; what is left goes with the next one


def due(catalog: Catalog) -> Sequence[int]:
    """The oldest message that is due, of each subscription that is on and whose channel is loaded."""
    offered = list(catalog.declared(NotificationChannel))
    query = (
        select(func.min(Delivery.id))
        .join(ChannelSubscription)
        .where(*_is_due(), ChannelSubscription.is_enabled, ChannelSubscription.channel.in_(offered))
        # An expression: for the sake of the column's index, SQLite would walk through all that was ever sent.
        .group_by(Delivery.subscription_id + 0)
        .order_by(func.min(Delivery.next_at))
    )
    with reading():
        found = db.session.scalars(query.limit(AT_ONCE)).all()
        db.session.commit()
    return found


def claim(delivery_id: int) -> int | None:
    """Take a message for as long as an attempt may last; commits.

    The first attempt at a message to a channel with a digest gathers what waits behind it, in the same
    transaction; later attempts, also those of other workers, take the same messages again.

    Returns:
        The number of the attempt; nothing: it is not due, or somebody else has it.
    """
    attempt = _claim_one(delivery_id)
    if attempt is not None:
        _claim_gathered(delivery_id, attempt)
    db.session.commit()
    return attempt


def _is_due() -> tuple[TextClause, ColumnElement[bool], ColumnElement[bool]]:
    return WAITING, Delivery.digest_id.is_(None), Delivery.next_at <= database_now()


def _claim_one(delivery_id: int) -> int | None:
    statement = (
        update(Delivery)
        .where(Delivery.id == delivery_id, *_is_due())
        .values(attempts=Delivery.attempts + 1, next_at=database_now(LEASE_SECONDS))
        .returning(Delivery.attempts)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(statement)


def _claim_gathered(delivery_id: int, attempt: int) -> None:
    """Let what is gathered follow its first message: in attempts, by which both are fenced, and in time."""
    statement = update(Delivery).values(
        digest_id=delivery_id, attempts=attempt, next_at=database_now(LEASE_SECONDS)
    )
    if attempt == 1:
        statement = statement.where(Delivery.id.in_(_behind(delivery_id)))
    else:
        statement = statement.where(Delivery.digest_id == delivery_id, WAITING)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _behind(delivery_id: int) -> Select[int]:
    """What waits behind a message to a channel with digests; what somebody is taking is passed over."""
    first = aliased(Delivery)
    return (
        select(Delivery.id)
        .join(first, first.subscription_id == Delivery.subscription_id)
        .join(ChannelSubscription, ChannelSubscription.id == Delivery.subscription_id)
        .where(
            first.id == delivery_id,
            first.run_id.is_not(None),
            ChannelSubscription.digest_seconds > 0,
            Delivery.id > delivery_id,
            Delivery.run_id.is_not(None),
            Delivery.state == "pending",
            Delivery.attempts == 0,
            Delivery.digest_id.is_(None),
        )
        .order_by(Delivery.id)
        .limit(GATHERED_AT_ONCE - 1)
        .with_for_update(of=Delivery, skip_locked=True)
    )
