"""`flask channels`: list, add, test, remove."""

import sys

import click
from flask.cli import AppGroup

from app.core.cli.output import cli_errors, echo_json, json_option
from app.core.cli.parameters import parameters_from
from app.core.db import JsonObject, db, reading
from app.core.delivery import subscribing
from app.core.delivery.queries import find_subscription, latest_deliveries, list_subscriptions
from app.core.delivery.sending import deliver
from app.core.delivery.wish import ENDS, Digest, Wish, channel_of
from app.core.errors import InvalidInputError
from app.core.outbox import ChannelSubscription, Delivery, DeliveryState
from app.core.registry.catalog import current_catalog
from app.core.runs.status import StatusBucket
from app.core.severity import Severity
from app.core.tenants import Tenant, all_tenants, tenant_by_slug, tenants_named

channels = AppGroup("channels", help="Notification channels: who else is told how runs end.")


@channels.command("list")
@click.option("--tenant", "slug", help="Only this tenant.")
@json_option
@reading()
@cli_errors
def list_(slug: str | None, *, as_json: bool) -> None:
    """List channels with what was sent last; their options are not shown."""
    rows = [row for tenant in tenants_named(slug) for row in _rows(tenant)]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        state = "on" if row["is_enabled"] else "off"
        last = row["last"]
        told = f"{last['state']}: {last['said']}" if last and last["said"] else last and last["state"]
        click.echo(
            f"{row['id']:>6}  {row['tenant']:<20} {row['name']:<28} {row['channel']:<12} {state:<4} "
            f"{', '.join(_wanted(row))}; last: {told or 'nothing yet'}"
        )


@channels.command("add")
@click.option("--tenant", "slug", required=True)
@click.option("--channel", required=True, help="Key of the kind, such as webhook.")
@click.option("--name", help="What people read; default: the label of the kind.")
@click.option(
    "--on",
    "ends",
    multiple=True,
    type=click.Choice([end.value for end in ENDS]),
    help="Which ends are told; may be repeated; default: partially_succeeded and failed.",
)
@click.option("--run-type", "run_types", multiple=True, help="Only of these; may be repeated; default: all.")
@click.option(
    "--severity",
    type=click.Choice([severity.value for severity in Severity]),
    help="Only runs with new findings that are at least so severe; default: all.",
)
@click.option(
    "--digest",
    default=Digest.NONE.value,
    type=click.Choice([digest.value for digest in Digest]),
    help="Gather messages for so long and send them as one; default: none.",
)
@click.option("--options-stdin", is_flag=True, help="Read the options, a JSON object, from standard input.")
@cli_errors
def add(  # noqa: PLR0913 - each argument is one option
    slug: str,
    channel: str,
    name: str | None,
    ends: tuple[str, ...],
    run_types: tuple[str, ...],
    *,
    severity: str | None,
    digest: str,
    options_stdin: bool,
) -> None:
    """Add a channel. Options may be secrets: they are read from standard input."""
    catalog, tenant = current_catalog(), tenant_by_slug(slug)
    options = parameters_from(sys.stdin.read(), "--options-stdin") if options_stdin else {}
    told = ends or (StatusBucket.PARTIALLY_SUCCEEDED.value, StatusBucket.FAILED.value)
    wish = Wish(name or channel_of(catalog, channel).label, told, run_types, options, severity or "", digest)
    made = subscribing.subscribe(catalog, tenant, channel, wish)
    click.echo(f"Channel {made.id} added: {made.name}.")


@channels.command("test")
@click.argument("channel_id", type=int)
@cli_errors
def test(channel_id: int) -> None:
    """Send a test message from here, and say what became of it."""
    tenant = _tenant_of(channel_id)
    channel_of(current_catalog(), subscribing.subscription_of(tenant, channel_id).channel)
    delivery_id = subscribing.request_test(tenant, channel_id)
    deliver(current_catalog(), delivery_id)
    [sent] = [d for d in latest_deliveries(tenant)[channel_id] if d.id == delivery_id]
    db.session.commit()
    if sent.state == DeliveryState.FAILED:
        raise click.ClickException(f"the test was not delivered: {sent.said}")
    click.echo(
        "The test was delivered." if sent.state == DeliveryState.DELIVERED else "A worker is sending it."
    )


@channels.command("remove")
@click.argument("channel_id", type=int)
@cli_errors
def remove(channel_id: int) -> None:
    """Remove a channel with everything that waits for it."""
    subscribing.unsubscribe(_tenant_of(channel_id), channel_id)
    click.echo(f"Channel {channel_id} is removed.")


def _wanted(row: JsonObject) -> list[str]:
    found = [f"new findings {row['severity']} or worse"] if row["severity"] else []
    digest = [] if row["digest"] == Digest.NONE else [f"digest of {row['digest']}"]
    return [*row["buckets"], *found, *digest]


def _tenant_of(channel_id: int) -> Tenant:
    with reading():
        tenants = [tenant for tenant in all_tenants() if find_subscription(tenant, channel_id)]
        db.session.commit()
    if not tenants:
        raise InvalidInputError(f"no channel {channel_id}")
    return tenants[0]


def _rows(tenant: Tenant) -> list[JsonObject]:
    latest = latest_deliveries(tenant, each=1)
    return [_row(tenant, found, latest.get(found.id, [])) for found in list_subscriptions(tenant)]


def _row(tenant: Tenant, found: ChannelSubscription, latest: list[Delivery]) -> JsonObject:
    return {
        "id": found.id,
        "tenant": tenant.slug,
        "name": found.name,
        "channel": found.channel,
        "is_enabled": found.is_enabled,
        "buckets": found.buckets,
        "run_types": found.run_types,
        "severity": found.least_severity,
        "digest": Digest.of(found.digest_seconds),
        "created_by": found.created_by,
        "last": _sent(latest[0]) if latest else None,
    }


def _sent(delivery: Delivery) -> JsonObject:
    return {
        "run_id": delivery.run_id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "said": delivery.said,
        "created_at": delivery.created_at.isoformat(),
    }
