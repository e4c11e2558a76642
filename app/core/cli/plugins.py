"""`flask plugins`: what is loaded, what failed and why."""

from dataclasses import asdict, dataclass

import click
from flask.cli import AppGroup

from app.core.cli.output import echo_json, json_option
from app.core.cli.purge import purge
from app.core.db import JsonObject, reading
from app.core.diagnosis.complaints import Complaint, complaints
from app.core.diagnosis.workers import Crew, crew
from app.core.registry.catalog import Catalog, current_catalog
from app.core.registry.faults import fault_log
from app.core.registry.lineage_states import lineage_states
from app.core.tenants import all_tenants

plugins = AppGroup("plugins", help="Plugins: where run types come from.")
plugins.add_command(purge)


@plugins.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List plugins with their run types; failed ones with stage and reason."""
    rows = _rows(current_catalog())
    if as_json:
        echo_json([asdict(row) for row in rows])
        return
    for row in rows:
        state = f"FAILED at {row.stage}: {row.reason}" if row.state == "failed" else _STATES[row.state]
        click.echo(f"{row.name:<20} {row.version or '-':<10} {', '.join(row.run_types):<40} {state}")


@plugins.command("doctor")
@json_option
@reading()
def doctor(*, as_json: bool) -> None:
    """Name everything that is wrong with plugins and their tables; exit 1 if one cannot work now.

    Errors of the last days and workers that differ are told too; they do not change the exit status.
    """
    catalog = current_catalog()
    states = lineage_states(catalog)
    # Until core's tables are current, no row can be asked for.
    is_ready = states[0].problem is None
    there = crew(catalog) if is_ready else Crew()
    found = complaints(catalog, fault_log().faults(), states, all_tenants() if is_ready else [])
    if as_json:
        tables = {state.name: state.standing for state in states}
        echo_json({"problems": [_document(c) for c in found], "tables": tables, "workers": asdict(there)})
    else:
        for line in [*(_line(complaint) for complaint in found), *_lines_of(there)]:
            click.echo(line)
    if any(complaint.last_at is None for complaint in found):
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo(f"{len(catalog.plugins)} plugins loaded, tables up to date.")


_STATES = {"loaded": "ok", "disabled": "disabled by TENANTATLAS_PLUGINS_DISABLED"}


@dataclass(frozen=True)
class PluginRow:
    """One plugin as it is listed; `stage` and `reason` say where and why it failed."""

    name: str
    state: str
    version: str | None = None
    run_types: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    distribution: str | None = None
    stage: str | None = None
    reason: str | None = None


def _rows(catalog: Catalog) -> list[PluginRow]:
    loaded = [
        PluginRow(
            plugin.name,
            "loaded",
            plugin.version,
            tuple(operation.run_type for operation in plugin.operations),
            tuple(plugin.requires),
            catalog.distributions.get(plugin.name),
        )
        for plugin in catalog.plugins.values()
    ]
    failed = [PluginRow(f.name, "failed", stage=f.stage, reason=f.reason) for f in catalog.failed]
    return [*loaded, *failed, *(PluginRow(name, "disabled") for name in catalog.disabled)]


def _line(complaint: Complaint) -> str:
    line = f"{complaint.plugin}: failed at {complaint.stage}: {complaint.reason}"
    return f"{line} ({complaint.tenant.slug}, newest: {complaint.run_id})" if complaint.tenant else line


def _lines_of(there: Crew) -> list[str]:
    lines = [f"worker {worker.id}: {'; '.join(worker.said)}" for worker in there.differences]
    if there.living and there.unoffered:
        lines.append(f"no living worker can run {', '.join(there.unoffered)}")
    return lines


def _document(complaint: Complaint) -> JsonObject:
    return {
        "plugin": complaint.plugin,
        "stage": complaint.stage,
        "reason": complaint.reason,
        "advice": complaint.advice,
        "last_at": complaint.last_at.isoformat() if complaint.last_at else None,
        "tenant": complaint.tenant.slug if complaint.tenant else None,
        "run_id": complaint.run_id,
    }
