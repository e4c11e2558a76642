"""`flask runs`: list, show, start, abort, retry."""

from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import Row

from app.core.cli.output import cli_errors, echo_json, json_option
from app.core.cli.parameters import given_parameters, parameter_options
from app.core.cli.waiting import report_run, start_and_wait, wait_for_end
from app.core.db import JsonObject, db, reading
from app.core.errors import InvalidInputError, TenantAtlasError
from app.core.registry.catalog import current_catalog
from app.core.runs import lifecycle
from app.core.runs.document import run_details
from app.core.runs.filter import RunFilter
from app.core.runs.lifecycle import AbortAnswer
from app.core.runs.listing import list_runs
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.queries import find_run
from app.core.runs.retry import retry_run
from app.core.tenants import all_tenants, tenant_by_id, tenant_by_slug, tenants_named

LISTED = 100

runs = AppGroup("runs", help="Runs: one record of every long-running operation.")


@runs.command("list")
@click.option("--tenant", "slug", help="Only this tenant.")
@json_option
@reading()
@cli_errors
def list_(slug: str | None, *, as_json: bool) -> None:
    """List the newest runs, at most 100 a tenant."""
    rows = [
        _row(tenant.slug, row)
        for tenant in tenants_named(slug)
        for row in list_runs(tenant, RunFilter(), limit=LISTED)
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
    details = run_details(_find(run_id))
    if as_json:
        echo_json(details)
        return
    timeline = details.pop("timeline")
    for name, value in details.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
    for entry in timeline:
        click.echo(f"  {entry['at']}  {entry['kind'].replace('_', ' ')}  {entry['text'] or ''}".rstrip())


@runs.command("start")
@click.argument("run_type")
@click.option("--tenant", "slug", required=True)
@parameter_options
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@json_option
@cli_errors
def start(
    run_type: str, slug: str, params: str, named: tuple[str, ...], *, inline: bool, as_json: bool
) -> None:
    """Start an operation of any plugin and wait for its end."""
    given = given_parameters(current_catalog().operation(run_type), params, named)
    run = start_and_wait(tenant_by_slug(slug), run_type, given, inline=inline)
    report_run(run, as_json=as_json)


@runs.command("abort")
@click.argument("run_id", type=int)
@click.option("--force", is_flag=True, help="End it although its worker has not seen the request.")
@cli_errors
def abort(run_id: int, *, force: bool) -> None:
    """Stop a run: a queued one at once, a running one at its next checkpoint."""
    with reading():
        _find(run_id)
        db.session.commit()
    answer = (lifecycle.force_abort if force else lifecycle.abort)(run_id, Initiator())
    said = _ANSWERS[answer].format(run_id=run_id)
    if answer in {AbortAnswer.FINAL, AbortAnswer.TOO_EARLY, AbortAnswer.MISSING}:
        raise TenantAtlasError(said)
    click.echo(said)


_ANSWERS = {
    AbortAnswer.ABORTED: "Run {run_id} is aborted.",
    AbortAnswer.REQUESTED: "Run {run_id} was asked to stop; it stops at its next checkpoint.",
    AbortAnswer.TOO_EARLY: (
        "Run {run_id} cannot be forced yet: ask it to stop with `flask runs abort {run_id}`, "
        "and force it when it has not seen that for 5 minutes."
    ),
    AbortAnswer.FINAL: "Run {run_id} has ended already.",
    AbortAnswer.MISSING: "Run {run_id} is gone.",
}


@runs.command("retry")
@click.argument("run_id", type=int)
@click.option("--failed-only", is_flag=True, help="Only its items that failed or were not processed.")
@click.option("--no-wait", is_flag=True, help="Do not wait for the new run's end.")
@json_option
@cli_errors
def retry(run_id: int, *, failed_only: bool, no_wait: bool, as_json: bool) -> None:
    """Repeat a run that has ended, as a new run."""
    with reading():
        tenant = tenant_by_id(_find(run_id).tenant_id)
        db.session.commit()
    started = retry_run(current_catalog(), tenant, run_id, failed_only=failed_only)
    words = f"as run {started.run_id}" if started.created else f": run {started.run_id} is active already"
    click.echo(f"Run {run_id} is repeated {words}.", err=True)
    if not no_wait:
        report_run(wait_for_end(tenant, started.run_id), as_json=as_json)


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
