"""`flask workers`: which processes execute runs."""

import click
from flask.cli import AppGroup

from app.core.cli.output import echo_json, json_option
from app.core.db import JsonObject, reading
from app.core.runs.workers import Worker, list_workers

workers = AppGroup("workers", help="Workers: the processes that execute runs.")


@workers.command("list")
@json_option
@reading()
def list_(*, as_json: bool) -> None:
    """List the known workers, newest first; one that ended uncleanly is silent, and forgotten after a day."""
    rows = [_row(worker, lives=lives) for worker, lives in list_workers()]
    if as_json:
        echo_json(rows)
        return
    if not rows:
        click.echo("No worker is known: start one with `flask worker`.")
    for row in rows:
        state = "lives" if row["lives"] else "silent"
        click.echo(
            f"{row['id']:<40} {state:<7} version {row['version']}, "
            f"{row['slots']} at a time, seen {row['seen_at']}"
        )
        plugins = ", ".join(f"{name} {version}" for name, version in row["plugins"].items())
        click.echo(f"    plugins: {plugins or 'none'}")
        click.echo(f"    run types: {', '.join(row['run_types']) or 'none'}")


def _row(worker: Worker, *, lives: bool) -> JsonObject:
    return {
        "id": worker.id,
        "lives": lives,
        "host": worker.host,
        "pid": worker.pid,
        "version": worker.version,
        "slots": worker.slots,
        "plugins": worker.plugins,
        "run_types": worker.run_types,
        "started_at": worker.started_at.isoformat(),
        "seen_at": worker.seen_at.isoformat(),
    }
