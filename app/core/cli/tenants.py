"""`flask tenants`: create and list."""

import click
from flask.cli import AppGroup

from app.core.cli.output import cli_errors, echo_json, json_option
from app.core.db import reading
from app.core.tenants import all_tenants, create_tenant

tenants = AppGroup("tenants", help="Tenants: one customer's Microsoft 365 tenant each.")


@tenants.command("create")
@click.argument("slug")
@click.option("--name", help="What people read; default: the slug.")
@cli_errors
def create(slug: str, name: str | None) -> None:
    """Create a tenant; SLUG stands in every URL and never changes."""
    tenant = create_tenant(slug, name)
    click.echo(f"Tenant {tenant.slug} created.")


@tenants.command("list")
@json_option
@reading()
def list_(*, as_json: bool) -> None:
    """List all tenants."""
    found = [{"id": t.id, "slug": t.slug, "name": t.name} for t in all_tenants()]
    if as_json:
        echo_json(found)
        return
    for tenant in found:
        click.echo(f"{tenant['slug']:<24} {tenant['name']}")
