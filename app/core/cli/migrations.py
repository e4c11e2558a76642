"""`flask db upgrade` without arguments brings core and every plugin's tables up to date."""

import click
from flask import g
from flask.cli import with_appcontext
from flask_migrate.cli import db as migrations

from app.core.cli.output import cli_errors
from app.core.registry.catalog import FailedPlugin, current_catalog
from app.core.registry.lineages import upgrade_all

_stock_upgrade = migrations.commands["upgrade"]


@click.command("upgrade", params=list(_stock_upgrade.params), help=_stock_upgrade.help)
@click.pass_context
@with_appcontext
@cli_errors
def upgrade(context: click.Context, /, **options: object) -> None:
    """Upgrade every lineage, or with `-x plugin=NAME` or a revision the one that is meant."""
    given = {
        name
        for name in options
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT
    }
    if given or g.get("x_arg"):
        context.invoke(_stock_upgrade, **options)
        return
    outcomes = [*upgrade_all(), *((failed.name, _not_loaded(failed)) for failed in current_catalog().failed)]
    for name, problem in outcomes:
        click.echo(f"{name}: {problem or 'up to date'}", err=problem is not None)
    if any(problem for _, problem in outcomes):
        raise click.exceptions.Exit(1)


def _not_loaded(failed: FailedPlugin) -> str:
    return f"not loaded, so its tables were left alone: failed at {failed.stage}: {failed.reason}"


def install() -> None:
    """Put our `upgrade` in the place of Flask-Migrate's, in the one `db` group there is."""
    migrations.add_command(upgrade, "upgrade")
