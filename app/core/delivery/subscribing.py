"""Making, changing, switching and removing subscriptions; each is audited, without options."""

from dataclasses import replace

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.access import require_role
from app.core.db import JsonObject, database_now, db, execute, table_of
from app.core.delivery.queries import find_subscription
from app.core.delivery.sealing import seal, unseal
from app.core.delivery.wish import Digest, Wish, channel_of, checked, with_kept_secrets
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.outbox import ChannelSubscription, Delivery, DeliveryState
from app.core.registry.catalog import Catalog
from app.core.runs.new_run import Initiator
from app.core.tenants import Tenant
from app.core.users import Role, User

SWITCHED_OFF = "The channel was switched off before it was delivered."


def subscribe(
    catalog: Catalog, tenant: Tenant, channel: str, wish: Wish, user: User | None = None
) -> ChannelSubscription:
    """Let a tenant be told by a channel from now on; commits.

    Args:
        catalog: the loaded plugins.
        tenant: whose runs.
        channel: key of a `NotificationChannel`.
        wish: which ends of which runs, where to.
        user: who; none: the administrator on the command line.

    Raises:
        InvalidInputError: something of the wish cannot be used, or the name is taken.
        PermissionDeniedError: the user is no manager.
    """
    by = _permitted(tenant, user)
    subscription = ChannelSubscription(tenant_id=tenant.id, channel=channel)
    subscription.created_by, subscription.created_by_id = by.name, by.user_id
    subscription.created_at = execute(select(database_now())).scalar_one()
    _write(subscription, tenant, checked(catalog, channel_of(catalog, channel), wish))
    db.session.add(subscription)
    _flush(tenant, subscription.name)
    _record(subscription, "channel.added", by)
    db.session.commit()
    return subscription


def change_subscription(
    catalog: Catalog, tenant: Tenant, subscription_id: int, wish: Wish, user: User | None = None
) -> ChannelSubscription:
    """Make a subscription what the wish says, but for its channel; a secret left out stays; commits.

    Raises:
        InvalidInputError: there is no such subscription, or as for `subscribe`.
        PermissionDeniedError: as for `subscribe`.
    """
    by, subscription = _permitted(tenant, user), subscription_of(tenant, subscription_id)
    channel = channel_of(catalog, subscription.channel)
    options = with_kept_secrets(channel, readable_options(tenant, subscription), wish.options)
    before = subscription.digest_seconds
    _write(subscription, tenant, checked(catalog, channel, replace(wish, options=options)))
    _flush(tenant, subscription.name)
    if subscription.digest_seconds != before:
        _let_go(subscription)
    _record(subscription, "channel.changed", by)
    db.session.commit()
    return subscription


def switch_on(tenant: Tenant, subscription_id: int, user: User | None = None) -> ChannelSubscription:
    """Tell again by a subscription, from now on; commits.

    Raises:
        InvalidInputError: there is no such subscription.
        PermissionDeniedError: as for `subscribe`.
    """
    by, subscription = _permitted(tenant, user), subscription_of(tenant, subscription_id)
    subscription.is_enabled = True
    _record(subscription, "channel.switched_on", by)
    db.session.commit()
    return subscription


def switch_off(tenant: Tenant, subscription_id: int, user: User | None = None) -> ChannelSubscription:
    """Tell nothing by a subscription until it is switched on, also not what waits; commits.

    Raises:
        InvalidInputError: there is no such subscription.
        PermissionDeniedError: as for `subscribe`.
    """
    by, subscription = _permitted(tenant, user), subscription_of(tenant, subscription_id)
    subscription.is_enabled = False
    waiting = update(Delivery).where(
        Delivery.subscription_id == subscription.id, Delivery.state == DeliveryState.PENDING
    )
    db.session.execute(waiting.values(state=DeliveryState.FAILED, said=SWITCHED_OFF))
    _record(subscription, "channel.switched_off", by)
    db.session.commit()
    return subscription


def unsubscribe(tenant: Tenant, subscription_id: int, user: User | None = None) -> str:
    """Take a subscription away with what was and was to be sent; commits; answers with its name.

    Raises:
        InvalidInputError: there is no such subscription.
        PermissionDeniedError: as for `subscribe`.
    """
    by, subscription = _permitted(tenant, user), subscription_of(tenant, subscription_id)
    _record(subscription, "channel.removed", by)
    db.session.delete(subscription)
    db.session.commit()
    return subscription.name


def request_test(tenant: Tenant, subscription_id: int, user: User | None = None) -> int:
    """Put a test message into the outbox, in place of an earlier one; commits; answers with its number.

    Raises:
        InvalidInputError: there is no such subscription, or it is switched off.
        PermissionDeniedError: as for `subscribe`.
    """
    by, subscription = _permitted(tenant, user), subscription_of(tenant, subscription_id)
    if not subscription.is_enabled:
        raise InvalidInputError(f"{subscription.name!r} is switched off")
    earlier = (Delivery.subscription_id == subscription.id, Delivery.run_id.is_(None))
    db.session.execute(delete(Delivery).where(*earlier))
    now = database_now()
    values = {"subscription_id": subscription.id, "state": DeliveryState.PENDING, "attempts": 0}
    statement = insert(table_of(Delivery)).values(**values, next_at=now, created_at=now)
    delivery_id: int = execute(statement.returning(Delivery.id)).scalar_one()
    _record(subscription, "channel.tested", by)
    db.session.commit()
    return delivery_id


def subscription_of(tenant: Tenant, subscription_id: int) -> ChannelSubscription:
    """One subscription of a tenant.

    Raises:
        InvalidInputError: there is none of that number.
    """
    subscription = find_subscription(tenant, subscription_id)
    if subscription is None:
        raise InvalidInputError(f"no channel {subscription_id}")
    return subscription


def readable_options(tenant: Tenant, subscription: ChannelSubscription) -> JsonObject:
    """Its options; none where they can no longer be read: they are to be entered again."""
    try:
        return unseal(tenant, subscription.options)
    except InvalidInputError:
        return {}


def _permitted(tenant: Tenant, user: User | None) -> Initiator:
    if user is not None:
        require_role(user, tenant, Role.MANAGER)
    return Initiator.of(user)


def _write(subscription: ChannelSubscription, tenant: Tenant, wanted: Wish) -> None:
    subscription.name = wanted.name
    subscription.buckets, subscription.run_types = tuple(wanted.buckets), tuple(wanted.run_types)
    subscription.least_rank = wanted.least_rank
    subscription.digest_seconds = Digest(wanted.digest).seconds
    subscription.options = seal(tenant, wanted.options)


def _let_go(subscription: ChannelSubscription) -> None:
    """What was gathered so far goes now: nobody asked it to wait as long as it was to."""
    waiting = update(Delivery).where(
        Delivery.subscription_id == subscription.id,
        Delivery.state == DeliveryState.PENDING,
        Delivery.attempts == 0,
    )
    db.session.execute(waiting.values(next_at=database_now()))


def _flush(tenant: Tenant, name: str) -> None:
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        subscription = ChannelSubscription
        taken = select(subscription.id).where(subscription.tenant_id == tenant.id, subscription.name == name)
        if db.session.scalar(taken) is None:
            raise
        raise InvalidParametersError({"name": f"{name!r} is the name of another channel"}) from None


def _record(subscription: ChannelSubscription, action: str, by: Initiator) -> None:
    names = ("name", "channel", "buckets", "run_types", "least_rank", "digest_seconds")
    audit.record(
        subscription.tenant_id,
        action,
        f"channel:{subscription.id}",
        user_id=by.user_id,
        actor=by.name,
        details={name: getattr(subscription, name) for name in names},
    )
