"""Many starts of one operation at one moment: `python -m tests.support.starting SLUG THREADS`.

Prints `ready`, waits for a line on standard input, starts, and prints what every start answered as JSON.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from app.core.db import db
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.registry.contract import OperationType, Plugin
from app.core.runs.start import start_operation
from app.core.tenants import tenant_by_slug
from app.factory import create_app

PROBE = Plugin(
    name="probe",
    version="1.0.0",
    operations=(OperationType(run_type="probe.check", label="Probe", execute=lambda _run: None),),
)


def start_at_once(app: Flask, slug: str, threads: int) -> list[tuple[int, bool]]:
    """Start the probe from many threads released together; (run id, created) of each."""
    gate = threading.Barrier(threads)

    def start() -> tuple[int, bool]:
        with app.app_context():
            tenant = tenant_by_slug(slug)
            db.session.commit()
            gate.wait(timeout=60)
            started = start_operation(current_catalog(), tenant, "probe.check", {})
            return started.run.id, started.created

    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(start) for _ in range(threads)]]


def main(slug: str, threads: int) -> None:
    """What a process of its own does."""
    app = create_app()
    app.extensions[EXTENSION].add(PROBE)
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    sys.stdin.readline()
    print(json.dumps(start_at_once(app, slug, threads)), flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
