"""Notification channels: managers let a tenant's runs be told elsewhere, and see what became of it."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.core.access import current_tenant, signed_in_user, tenant_required
from app.core.db import JsonObject
from app.core.delivery import subscribing
from app.core.delivery.queries import find_subscription, latest_deliveries, list_subscriptions
from app.core.delivery.wish import Digest, Wish, channel_of
from app.core.errors import InvalidParametersError, PermissionDeniedError
from app.core.outbox import ChannelSubscription
from app.core.registry.catalog import current_catalog
from app.core.registry.extensions import NotificationChannel
from app.core.users import Role
from app.core.web.channel_form import (
    DIGESTS,
    ChannelForm,
    by_field,
    form_of,
    new_form,
    sent_form,
    todays,
)

channel_pages = Blueprint("channels", __name__, url_prefix="/t/<tenant>/notifications/channels")


@channel_pages.get("")
@tenant_required(Role.MANAGER)
def index() -> str:
    """Every channel of the tenant, with what was sent last and what went wrong."""
    latest = latest_deliveries(current_tenant())
    shown = [
        _shown(found) | {"deliveries": latest.get(found.id, [])}
        for found in list_subscriptions(current_tenant())
    ]
    return render_template("core/channels/index.html", channels=shown)


@channel_pages.get("/new")
@tenant_required(Role.MANAGER)
def choose() -> str:
    """Which kind of channel to add."""
    offered = [found.what for found in current_catalog().declared(NotificationChannel).values()]
    return render_template("core/channels/choose.html", kinds=offered)


@channel_pages.get("/new/<key>")
@tenant_required(Role.MANAGER)
def new(key: str) -> str:
    """The form of a new channel."""
    return _form(key, new_form(channel_of(current_catalog(), key)))


@channel_pages.post("/new/<key>")
@tenant_required(Role.MANAGER)
def create(key: str) -> ResponseReturnValue:
    """Add it, or show the form again with what is wrong at each field."""
    wish = sent_form(channel_of(current_catalog(), key), request.form)
    try:
        made = subscribing.subscribe(current_catalog(), current_tenant(), key, wish, signed_in_user())
    except InvalidParametersError as error:
        return _form(key, wish, by_field(error.errors)), 422
    return _told(f"{made.name}: added. Send a test to see that it arrives.")


@channel_pages.get("/<int:subscription_id>/edit")
@tenant_required(Role.MANAGER)
def edit(subscription_id: int) -> str:
    """The form of a channel; its secrets stay where they are."""
    found = _visible(subscription_id)
    options = subscribing.readable_options(current_tenant(), found)
    return _form(found.channel, form_of(current_catalog(), found, options), subscription=found)


@channel_pages.post("/<int:subscription_id>/edit")
@tenant_required(Role.MANAGER)
def change(subscription_id: int) -> ResponseReturnValue:
    """Change it, or show the form again with what is wrong at each field."""
    found = _visible(subscription_id)
    wish = sent_form(channel_of(current_catalog(), found.channel), request.form)
    try:
        made = subscribing.change_subscription(
            current_catalog(), current_tenant(), subscription_id, wish, signed_in_user()
        )
    except InvalidParametersError as error:
        return _form(found.channel, wish, by_field(error.errors), _visible(subscription_id)), 422
    return _told(f"{made.name}: changed.")


@channel_pages.post("/<int:subscription_id>/test")
@tenant_required(Role.MANAGER)
def send_test(subscription_id: int) -> Response:
    """Put a test message into the outbox: a worker sends it like any other."""
    found = _visible(subscription_id)
    subscribing.request_test(current_tenant(), subscription_id, signed_in_user())
    return _told(
        f"{found.name}: a worker sends the test within seconds. Load the page again to see what became of it."
    )


@channel_pages.post("/<int:subscription_id>/off")
@tenant_required(Role.MANAGER)
def switch_off(subscription_id: int) -> Response:
    """Let it tell nothing for now."""
    _visible(subscription_id)
    found = subscribing.switch_off(current_tenant(), subscription_id, signed_in_user())
    return _told(f"{found.name}: switched off.")


@channel_pages.post("/<int:subscription_id>/on")
@tenant_required(Role.MANAGER)
def switch_on(subscription_id: int) -> Response:
    """Let it tell again."""
    _visible(subscription_id)
    found = subscribing.switch_on(current_tenant(), subscription_id, signed_in_user())
    return _told(f"{found.name}: switched on.")


@channel_pages.post("/<int:subscription_id>/remove")
@tenant_required(Role.MANAGER)
def remove(subscription_id: int) -> Response:
    """Take it away with everything that waits for it."""
    _visible(subscription_id)
    name = subscribing.unsubscribe(current_tenant(), subscription_id, signed_in_user())
    return _told(f"{name}: removed.")


def _visible(subscription_id: int) -> ChannelSubscription:
    found = find_subscription(current_tenant(), subscription_id)
    if found is None:
        raise PermissionDeniedError(f"channel {subscription_id}")
    return found


def _shown(found: ChannelSubscription) -> JsonObject:
    catalog = current_catalog()
    declared = catalog.declared(NotificationChannel).get(found.channel)
    types = todays(catalog, found.run_types)
    known = catalog.operations
    return {
        "subscription": found,
        "kind": declared.what.label if declared else found.channel,
        "is_offered": declared is not None,
        "digest": DIGESTS[Digest.of(found.digest_seconds)],
        "operations": [known[name].label if name in known else name for name in types],
    }


def _form(
    key: str,
    wish: Wish,
    errors: Mapping[str, str] | None = None,
    subscription: ChannelSubscription | None = None,
) -> str:
    channel = channel_of(current_catalog(), key)
    stored = subscribing.readable_options(current_tenant(), subscription) if subscription else {}
    form = ChannelForm(current_catalog(), channel, wish, errors or {}, stored)
    return render_template(
        "core/channels/form.html",
        channel=channel,
        subscription=subscription,
        fields=form.fields,
        errors=errors or {},
    )


def _told(said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("channels.index"))
