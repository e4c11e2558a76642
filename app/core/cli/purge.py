"""`flask plugins purge`: what a plugin has in the database goes, when its name was typed twice."""

from types import ModuleType

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.cli.output import cli_errors
from app.core.errors import InvalidInputError
from app.core.purge import Purge, plan_purge
from app.core.purge import purge as carry_out
from app.core.registry.candidates import PACKAGE
from app.core.registry.catalog import current_catalog


@click.command("purge")
@click.argument("name")
@click.option("--yes", "typed", metavar="NAME", help="The name again, instead of being asked for it.")
@with_appcontext
@cli_errors
def purge(name: str, typed: str | None) -> None:
    """Remove the tables of a plugin and everything in them; its runs stay. Back up first."""
    package: ModuleType = current_app.extensions[PACKAGE]
    plan = plan_purge(current_catalog(), package, name)
    if plan.is_empty:
        click.echo(f"{name} has no tables: there is nothing to remove.")
        return
    _describe(plan)
    if typed is None:
        typed = click.prompt(f"Type {name} to remove this for good", prompt_suffix=": ", default="")
    if typed != name:
        raise InvalidInputError(f"nothing was removed: {typed[:60]!r} is not {name!r}")
    stayed = carry_out(plan)
    click.echo(f"{name} is purged; its runs stay.")
    if stayed:
        click.echo(f"Its migrations left behind: {', '.join(stayed)}")
    if name in current_catalog().plugins:
        click.echo(
            "It is still loaded: uninstall it, or add it to TENANTATLAS_PLUGINS_DISABLED. "
            "`flask db upgrade` would make its tables again."
        )


def _describe(plan: Purge) -> None:
    click.echo(f"This removes {', '.join(plan.tables) or 'no table'}.")
    if plan.lineage is None and plan.unclaimed:
        click.echo(f"No loaded plugin owns these tables, and they stay: {', '.join(plan.unclaimed)}.")
