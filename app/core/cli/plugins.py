"""`flask plugins`: what is loaded, what failed and why."""

from dataclasses import asdict, dataclass

import click
from flask.cli import AppGroup

from app.core.cli.output import echo_json, json_option
from app.core.db import reading
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.lineage_states import lineage_states

plugins = AppGroup("plugins", help="Plugins: where run types come from.")


@plugins.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List plugins with their run types; failed ones with stage and reason."""
    rows = _rows(current_catalog())
    if as_json:
        echo_json([asdict(row) for row in rows])
        return
    for row in rows:
        state = "ok" if row.state == "loaded" else f"FAILED at {row.stage}: {row.reason}"
        click.echo(f"{row.name:<20} {row.version or '-':<10} {', '.join(row.run_types):<40} {state}")


@plugins.command("doctor")
@reading()
def doctor() -> None:
    """Name everything that is wrong with plugins and their tables; exit 1 if anything is."""
    problems = [
        f"{failed.name}: failed at {failed.stage}: {failed.reason}" for failed in current_catalog().failed
    ]
    problems += [
        f"{state.name}: {state.problem}" for state in lineage_states(current_catalog()) if state.problem
    ]
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.exceptions.Exit(1)
    click.echo(f"{len(current_catalog().plugins)} plugins loaded, tables up to date.")


@dataclass(frozen=True)
class PluginRow:
    """One plugin as it is listed; `stage` and `reason` say where and why it failed."""

    name: str
    state: str
    version: str | None = None
    run_types: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    stage: str | None = None
    reason: str | None = None


def _rows(catalog: Catalog) -> list[PluginRow]:
    loaded = [
        PluginRow(p.name, "loaded", p.version, tuple(op.run_type for op in p.operations), p.requires)
        for p in catalog.plugins.values()
    ]
    return loaded + [PluginRow(f.name, "failed", stage=f.stage, reason=f.reason) for f in catalog.failed]
