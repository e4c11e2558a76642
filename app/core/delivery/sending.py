"""Sending what is due: any number of workers look, and each message is in one hand at a time."""

import logging
import traceback
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import or_, select

from app.core.db import db, reading
from app.core.delivery.claiming import claim, due
from app.core.delivery.composing import Told, compose
from app.core.delivery.sealing import unseal, without_secrets
from app.core.delivery.settling import settle
from app.core.errors import DeliveryFailedError, InvalidInputError
from app.core.outbox import ChannelSubscription, Delivery, DeliveryState
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.extensions import ChannelMessage, NotificationChannel
from app.core.runs import heartbeat
from app.core.runs.models import BulkOperationRun
from app.core.tenants import Tenant

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Parcel:
    """One claimed message with all that is needed to send it."""

    delivery_ids: tuple[int, ...]
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
        docs/decisions/0018, docs/decisions/0021.
    """
    catalog, attempts = current_catalog(), 0
    while found := due(catalog):
        for delivery_id in found:
            if heartbeat.is_stopping():
                return attempts
            attempts += deliver(catalog, delivery_id)
    return attempts


def deliver(catalog: Catalog, delivery_id: int) -> bool:
    """Try to send one message, if it is due and nobody else is at it; whether it was tried."""
    attempt = claim(delivery_id)
    if attempt is None:
        return False
    with reading():
        parcel = _parcel(catalog, delivery_id, attempt)
        db.session.commit()
    if parcel is not None:
        failure = _send(parcel)
        settle(parcel.delivery_ids, parcel.attempt, failure, is_test=parcel.message.is_test)
    return True


def _parcel(catalog: Catalog, delivery_id: int, attempt: int) -> _Parcel | None:
    """All that goes in the message of a delivery; nothing: it, or who would send it, is gone or off."""
    found = db.session.execute(
        select(ChannelSubscription, Tenant)
        .join(Tenant, Tenant.id == ChannelSubscription.tenant_id)
        .join(Delivery, Delivery.subscription_id == ChannelSubscription.id)
        .where(Delivery.id == delivery_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    subscription, tenant = found
    declared = catalog.declared(NotificationChannel).get(subscription.channel)
    if declared is None:
        return None
    told = _told(delivery_id, attempt)
    if not told:
        return None
    ids = tuple(one.delivery.id for one in told)
    return _Parcel(ids, attempt, tenant, subscription.options, declared.what, compose(tenant, told))


def _told(delivery_id: int, attempt: int) -> list[Told]:
    """A claimed delivery and those that were gathered with it, each with its run."""
    query = (
        select(Delivery, BulkOperationRun)
        .outerjoin(BulkOperationRun, BulkOperationRun.id == Delivery.run_id)
        .where(
            or_(Delivery.id == delivery_id, Delivery.digest_id == delivery_id),
            Delivery.attempts == attempt,
            Delivery.state == DeliveryState.PENDING,
        )
        .order_by(Delivery.id)
    )
    rows = db.session.execute(query.execution_options(populate_existing=True))
    return [Told(delivery, run) for delivery, run in rows]


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
