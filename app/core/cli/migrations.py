"""`flask db upgrade`, `check` and `current` without arguments concern core and every plugin's tables."""

from collections.abc import Callable, Iterator
from itertools import chain

import click
from flask import g
from flask.cli import with_appcontext
from flask_migrate.cli import db as migrations

from app.core.cli.output import cli_errors
from app.core.db import reading
from app.core.registry.catalog import FailedPlugin, current_catalog
from app.core.registry.lineage_states import lineage_states
from app.core.registry.lineages import check_all, upgrade_all

Outcomes = Iterator[tuple[str, str | None]]

_STOCK = {name: migrations.commands[name] for name in ("upgrade", "check", "current")}


def install() -> None:
    """Put our commands in the place of Flask-Migrate's, in the one `db` group there is."""
    for name, act in (("upgrade", _upgrade), ("check", _check), ("current", _current)):
        migrations.add_command(_of_all(name, act))


def _of_all(name: str, act: Callable[[], None]) -> click.Command:
    """A command of Flask-Migrate that, called without arguments, does its work for every lineage.

    With `-x plugin=NAME` or any other argument it is the stock one, for the lineage that is meant.
    """
    stock = _STOCK[name]

    @click.pass_context
    @with_appcontext
    @cli_errors
    def run(context: click.Context, /, **options: object) -> None:
        given = {
            option
            for option in options
            if context.get_parameter_source(option) is not click.core.ParameterSource.DEFAULT
        }
        if given or g.get("x_arg"):
            context.invoke(stock, **options)
            return
        act()

    help_text = f"{stock.help} Without arguments: of core and of every plugin."
    return click.command(name, params=list(stock.params), help=help_text)(run)


def _upgrade() -> None:
    _tell(upgrade_all(), "up to date")


def _check() -> None:
    _tell(check_all(), "models and tables say the same")


@reading()
def _current() -> None:
    for state in lineage_states(current_catalog()):
        said = f": {state.problem}" if state.problem else ""
        click.echo(f"{state.name:<20} {', '.join(state.current) or '-':<20} {state.standing}{said}")


def _tell(outcomes: Outcomes, fine: str) -> None:
    """Print a line each, those that failed to load among them; exit 1 if anything is wrong."""
    not_loaded = [(failed.name, _not_loaded(failed)) for failed in current_catalog().failed]
    problems = []
    for name, problem in chain(outcomes, not_loaded):
        click.echo(f"{name}: {problem or fine}", err=problem is not None)
        problems += [problem] if problem else []
    if problems:
        raise click.exceptions.Exit(1)


def _not_loaded(failed: FailedPlugin) -> str:
    return f"not loaded, so its tables were left alone: failed at {failed.stage}: {failed.reason}"
