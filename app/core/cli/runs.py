"""`flask runs`: list, show, start."""

from datetime import datetime
from typing import Any

import click
import orjson
from flask.cli import AppGroup
from sqlalchemy import Row

from app.core.cli.output import cli_errors, echo_json, json_option
from app.core.cli.waiting import report_run, start_and_wait
from app.core.db import JsonObject, reading
from app.core.errors import InvalidInputError
from app.core.runs.document import run_document
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import RunFilter, find_run, list_runs
from app.core.tenants import all_tenants, tenant_by_slug

LISTED = 100

runs = AppGroup("runs", help="Runs: one record of every long-running operation.")


@runs.command("list")
@click.option("--tenant", "slug", help="Only this tenant.")
@json_option
@reading()
@cli_errors
def list_(slug: str | None, *, as_json: bool) -> None:
    """List the newest runs, at most 100 a tenant."""
    wanted = [tenant_by_slug(slug)] if slug else all_tenants()
    rows = [
        _row(tenant.slug, row) for tenant in wanted for row in list_runs(tenant, RunFilter(), limit=LISTED)
    ]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['id']:>6}  {row['tenant']:<20} {row['run_type']:<28} "
            f"{row['status_bucket']:<20} {row['created_at']}"
        )


@runs.command("show")
@click.argument("run_id", type=int)
@json_option
@reading()
@cli_errors
def show(run_id: int, *, as_json: bool) -> None:
    """Show one run."""
    run = _find(run_id)
    if as_json:
        echo_json(run_document(run))
        return
    for name, value in run_document(run).items():
        click.echo(f"{name.replace('_', ' ')}: {value}")


@runs.command("start")
@click.argument("run_type")
@click.option("--tenant", "slug", required=True)
@click.option("--params", default="{}", show_default=True, help="Parameters as a JSON object.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@json_option
@cli_errors
def start(run_type: str, slug: str, params: str, *, inline: bool, as_json: bool) -> None:
    """Start an operation of any plugin and wait for its end."""
    run = start_and_wait(tenant_by_slug(slug), run_type, _parameters(params), inline=inline)
    report_run(run, as_json=as_json)


def _parameters(text: str) -> JsonObject:
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"--params is not JSON: {error}"
        raise InvalidInputError(message) from None
    if not isinstance(parsed, dict):
        message = "--params is not a JSON object"
        raise InvalidInputError(message)
    return parsed


def _find(run_id: int) -> BulkOperationRun:
    for tenant in all_tenants():
        if run := find_run(tenant, run_id):
            return run
    message = f"no run {run_id}"
    raise InvalidInputError(message)


def _row(slug: str, row: Row[*tuple[Any, ...]]) -> JsonObject:
    values = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row._asdict().items()
    }
    return {"tenant": slug, **values}
