"""Reading subscriptions and what was sent to them: through a tenant."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.core.outbox import ChannelSubscription, Delivery
from app.core.runs.queries import LARGEST_ID
from app.core.tenants import Tenant

SHOWN = 5


def find_subscription(tenant: Tenant, subscription_id: int) -> ChannelSubscription | None:
    """One subscription of a tenant, fresh from the database, or nothing."""
    if not 0 < subscription_id <= LARGEST_ID:
        return None
    query = select(ChannelSubscription).where(
        ChannelSubscription.tenant_id == tenant.id, ChannelSubscription.id == subscription_id
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def list_subscriptions(tenant: Tenant) -> Sequence[ChannelSubscription]:
    """Every subscription of a tenant, by name."""
    query = select(ChannelSubscription).where(ChannelSubscription.tenant_id == tenant.id)
    return db.session.scalars(query.order_by(ChannelSubscription.name)).all()


def latest_deliveries(tenant: Tenant, *, each: int = SHOWN) -> dict[int, list[Delivery]]:
    """Subscription id -> its newest deliveries, newest first."""
    place = func.row_number().over(partition_by=Delivery.subscription_id, order_by=Delivery.id.desc())
    numbered = (
        select(Delivery.id, place.label("place"))
        .join(ChannelSubscription)
        .where(ChannelSubscription.tenant_id == tenant.id)
        .subquery()
    )
    query = select(Delivery).join(numbered, numbered.c.id == Delivery.id).where(numbered.c.place <= each)
    found: dict[int, list[Delivery]] = {}
    fresh = query.order_by(Delivery.id.desc()).execution_options(populate_existing=True)
    for delivery in db.session.scalars(fresh):
        found.setdefault(delivery.subscription_id, []).append(delivery)
    return found
