"""Sending what is due: any number of workers look, and each message is in one hand at a time."""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import ColumnElement, TextClause, func, select, update

from app.core.db import changed_rows, database_now, db, reading
from app.core.delivery.composing import compose
from app.core.delivery.sealing import unseal, without_secrets
from app.core.errors import DeliveryFailedError, InvalidInputError
from app.core.outbox import SAID_LENGTH, WAITING, ChannelSubscription, Delivery, DeliveryState
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.extensions import ChannelMessage, NotificationChannel
from app.core.runs import heartbeat
from app.core.runs.models import BulkOperationRun
from app.core.tenants import Tenant

PAUSES = (
    30.0,
    120.0,
    600.0,
    3_600.0,
    21_600.0,
)  # seconds after each failed attempt; after the last: given up
LEASE_SECONDS = 120.0  # an attempt that takes longer counts as lost with its worker
AT_ONCE = 50  # channels a pass

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Parcel:
    """One claimed delivery with all that is needed to send it."""

    attempt: int
    tenant: Tenant
    sealed: str
    channel: NotificationChannel[BaseModel]
    message: ChannelMessage


def deliver_due() -> int:
    """Send everything that is due, one message of each channel in turn; returns how many attempts were made.

    Every worker does this in a thread of its own: a slow receiver holds up messages, and nothing else.
    Call outside any transaction.

    Source:
        docs/decisions/0018.
    """
    catalog, attempts = current_catalog(), 0
    while due := _due(catalog):
        for delivery_id in due:
            if heartbeat.is_stopping():
                return attempts
            attempts += deliver(catalog, delivery_id)
    return attempts


def deliver(catalog: Catalog, delivery_id: int) -> bool:
    """Try to send one message, if it is due and nobody else is at it; whether it was tried."""
    attempt = _claim(delivery_id)
    if attempt is None:
        return False
    with reading():
        parcel = _parcel(catalog, delivery_id, attempt)
        db.session.commit()
    if parcel is not None:
        _settle(parcel, _send(parcel))
    return True


def _due(catalog: Catalog) -> Sequence[int]:
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


def _is_due() -> tuple[TextClause, ColumnElement[bool]]:
    return WAITING, Delivery.next_at <= database_now()


def _claim(delivery_id: int) -> int | None:
    """Take a message for as long as an attempt may last; the number of the attempt, or nothing."""
    claim = (
        update(Delivery)
        .where(Delivery.id == delivery_id, *_is_due())
        .values(attempts=Delivery.attempts + 1, next_at=database_now(LEASE_SECONDS))
        .returning(Delivery.attempts)
        .execution_options(synchronize_session=False)
    )
    attempt = db.session.scalar(claim)
    db.session.commit()
    return attempt


def _parcel(catalog: Catalog, delivery_id: int, attempt: int) -> _Parcel | None:
    query = (
        select(Delivery, ChannelSubscription, Tenant, BulkOperationRun)
        .join(ChannelSubscription, ChannelSubscription.id == Delivery.subscription_id)
        .join(Tenant, Tenant.id == ChannelSubscription.tenant_id)
        .outerjoin(BulkOperationRun, BulkOperationRun.id == Delivery.run_id)
        .where(Delivery.id == delivery_id)
    )
    row = db.session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return None
    delivery, subscription, tenant, run = row
    declared = catalog.declared(NotificationChannel).get(subscription.channel)
    if declared is None:
        return None
    message = compose(delivery, tenant, run)
    return _Parcel(attempt, tenant, subscription.options, declared.what, message)


def _send(parcel: _Parcel) -> DeliveryFailedError | None:
    """Call the channel; what went wrong, or nothing."""
    try:
        options = parcel.channel.options.model_validate(unseal(parcel.tenant, parcel.sealed))
    except InvalidInputError as error:
        return DeliveryFailedError(str(error), is_final=True)
    except (Exception, SystemExit):  # noqa: BLE001 - a plugin's validator may raise anything, and quote a secret
        return DeliveryFailedError("Its options no longer fit the channel: edit them.", is_final=True)
    try:
        parcel.channel.deliver(parcel.message, options)
    except DeliveryFailedError as error:
        error.reason = without_secrets(error.reason, options)
        return error
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
        _log(parcel, without_secrets("".join(traceback.format_exception(error)), options))
        return DeliveryFailedError(f"The channel failed with {type(error).__name__}.")
    finally:
        db.session.rollback()
    return None


def _log(parcel: _Parcel, trace: str) -> None:
    logger.error("delivery %s: channel %s failed\n%s", parcel.message.delivery_id, parcel.channel.key, trace)


def _settle(parcel: _Parcel, failure: DeliveryFailedError | None) -> None:
    """Write what became of an attempt, unless it took so long that somebody else has taken the message."""
    message = parcel.message
    held = (
        Delivery.id == message.delivery_id,
        Delivery.attempts == parcel.attempt,
        Delivery.state == DeliveryState.PENDING,
    )
    statement = update(Delivery).where(*held).execution_options(synchronize_session=False)
    if failure is None:
        statement = statement.values(state=DeliveryState.DELIVERED, delivered_at=database_now(), said=None)
    elif failure.is_final or message.is_test or parcel.attempt > len(PAUSES):
        statement = statement.values(state=DeliveryState.FAILED, said=_said(failure))
    else:
        pause = _pause(parcel.attempt, failure.retry_after)
        statement = statement.values(next_at=database_now(pause), said=_said(failure))
    changed_rows(statement)
    db.session.commit()


def _pause(attempt: int, asked: float | None) -> float:
    """Seconds until the next attempt: as declared, or as long as the receiver asks, within the longest."""
    return max(PAUSES[attempt - 1], min(asked or 0.0, PAUSES[-1]))


def _said(failure: DeliveryFailedError) -> str:
    return safe_reason(failure.reason, SAID_LENGTH)
