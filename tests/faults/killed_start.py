"""A start killed between its commit and its ring: `python -m tests.faults.killed_start SLUG FOLDER`."""

import os
import signal
import sys

from app.core import queue
from app.core.registry.catalog import current_catalog
from app.core.runs.start import start_operation
from app.core.tenants import tenant_by_slug
from app.factory import create_app


def die(_run_id: int) -> None:
    """What this process does instead of ringing."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(slug: str, folder: str) -> None:
    """Start and die."""
    app = create_app()
    queue.ring = die
    with app.app_context():
        start_operation(current_catalog(), tenant_by_slug(slug), "faults.steady", {"folder": folder})


if __name__ == "__main__":
    main(*sys.argv[1:])
