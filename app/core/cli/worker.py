"""`flask worker` and `flask serve`."""

import ipaddress
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress.server import create_server

from app.core.db import reading
from app.core.runs.worker import run_worker

WEB_THREADS = 8
DEFAULT_PORT = 5000

HOOKS = "tenantatlas.serve"
CHORES = "tenantatlas.chores"  # what every worker calls every few seconds, in groups

workers_option = click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Runs at a time."
)


@dataclass
class ServeHooks:
    """What others add to `flask serve`.

    Attributes:
        notices: each gives lines to print beside the URL.
        background: each is called once in a thread of its own, inside an app context, when the worker is up.
    """

    notices: list[Callable[[], list[str]]] = field(default_factory=list)
    background: list[Callable[[], None]] = field(default_factory=list)


@click.command("worker")
@workers_option
@click.option("--processes", is_flag=True, help="A process for each run at a time, instead of a thread.")
@with_appcontext
def worker(workers: int, *, processes: bool) -> None:
    """Execute runs until stopped."""
    app = _application()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    run_worker(app, slots=workers, processes=processes, chores=app.extensions[CHORES])


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535))
@workers_option
@with_appcontext
def serve(host: str, port: int, workers: int) -> None:
    """Web pages and worker in one process: enough for one machine."""
    app = _application()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # A page asks for more files at once than there are threads: that they wait a moment is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, host=host, port=port, threads=WEB_THREADS, ident="tenantatlas")
    click.echo(f"TenantAtlas is at http://{_shown(host)}:{server.effective_port}/")
    hooks: ServeHooks = app.extensions[HOOKS]
    # A context of its own: a transaction left open here would stay open as long as the process lives.
    with app.app_context(), reading():
        for line in [line for notice in hooks.notices for line in notice()]:
            click.echo(line)
    threading.Thread(target=server.run, name="web", daemon=True).start()
    for task in hooks.background:
        threading.Thread(target=_in_background, args=(app, task), name=task.__name__, daemon=True).start()
    try:
        run_worker(app, slots=workers, chores=app.extensions[CHORES])
    finally:
        server.close()


def _in_background(app: Flask, task: Callable[[], None]) -> None:
    with app.app_context():
        task()


def _shown(host: str) -> str:
    try:
        return f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        return host


def _application() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 - Flask's documented way
