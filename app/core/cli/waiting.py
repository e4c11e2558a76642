"""Starting an operation from the command line and waiting for its end."""

import time

import click
from flask import current_app

from app.core import clock
from app.core.cli.output import echo_json
from app.core.db import JsonObject, db, reading
from app.core.errors import TenantAtlasError
from app.core.registry.catalog import current_catalog
from app.core.runs.document import run_document
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.parameters import validated
from app.core.runs.queries import find_run
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.runs.worker import beating
from app.core.tenants import Tenant
from app.core.users import User

LOOK_SECONDS = 0.2
HINT_SECONDS = 10.0


def start_and_wait(
    tenant: Tenant, run_type: str, params: JsonObject, *, inline: bool, user: User | None = None
) -> BulkOperationRun:
    """Start an operation and return its run when it is final.

    An equal run that is active already is waited for and returned. If that one has other parameters (another
    export of the same scope), it is waited for and ours is started after it.

    Args:
        tenant: where.
        run_type: which.
        params: raw parameters.
        inline: execute it in this process instead of a worker.
        user: who; none: the administrator.

    Raises:
        InvalidInputError: unknown run type or parameters that do not fit.
        TenantAtlasError: the run vanished while we waited.
    """
    wanted = validated(current_catalog().operation(run_type), params).model_dump(mode="json")
    while True:
        started = start_operation(current_catalog(), tenant, run_type, params, user)
        run_id, is_ours = started.run_id, started.created or started.params == wanted
        db.session.commit()
        if not started.created:
            click.echo(f"Already running: waiting for run {run_id}.", err=True)
        elif inline:
            with beating(current_app._get_current_object()):  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
                execute_run(run_id)
        run = wait_for_end(tenant, run_id)
        if is_ours:
            return run


def report_run(run: BulkOperationRun, *, as_json: bool, **more: object) -> None:
    """Print a final run, with the plugin's own facts, and exit 1 when the operation failed."""
    if as_json:
        echo_json({**run_document(run), **more})
    else:
        click.echo(f"Run {run.id} {run.run_type}: {RunStatus(run.status).value.replace('_', ' ')}")
        click.echo(
            f"  {run.succeeded} succeeded, {run.failed} failed, {run.skipped} skipped"
            f"{f', {run.unknown} unknown' if run.unknown else ''} of {run.total_items}"
        )
        for entry in run.failures or []:
            click.echo(f"  {entry['reason_code']}: {entry['reason']}")
        for name, value in more.items():
            click.echo(f"  {name.replace('_', ' ')}: {_plain(value)}")
    if run.status in {RunStatus.FAILED, RunStatus.ABORTED}:
        raise click.exceptions.Exit(1)


def wait_for_end(tenant: Tenant, run_id: int) -> BulkOperationRun:
    """The run when it is final; after ten seconds without a worker, a hint on standard error.

    Raises:
        TenantAtlasError: it vanished meanwhile.
    """
    began, hinted = clock.ticks(), False
    while True:
        with reading():
            run = find_run(tenant, run_id)
            db.session.commit()
        if run is None:
            message = f"run {run_id} is gone"
            raise TenantAtlasError(message)
        if run.is_final:
            return run
        if run.status == RunStatus.PENDING and not hinted and clock.ticks() - began > HINT_SECONDS:
            click.echo(
                "No worker has taken the run yet: is `flask worker` or `flask serve` running?", err=True
            )
            hinted = True
        time.sleep(LOOK_SECONDS)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    return str(value)
