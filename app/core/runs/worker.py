"""A worker process: Huey's consumer, and one thread that beats and sweeps."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app.core import queue
from app.core.runs import heartbeat, rescue

BEATS_PER_LEASE = 4

logger = logging.getLogger(__name__)


def run_worker(app: Flask, *, workers: int) -> None:
    """Execute runs until SIGTERM or SIGINT; call in the main thread.

    Args:
        app: the application.
        workers: how many runs at a time, as threads.
    """
    with beating(app):
        queue.make_consumer(app, workers=workers).run()


@contextmanager
def beating(app: Flask) -> Iterator[None]:
    """Keep this process's leases alive, and sweep, until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(app, stop), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _beat_until(app: Flask, stop: threading.Event) -> None:
    pause = app.config["LEASE_SECONDS"] / BEATS_PER_LEASE
    while True:
        for step in (heartbeat.beat, rescue.sweep):
            try:
                with app.app_context():
                    step()
            except Exception:
                # The database may be away for a while: the next beat tries again, the lease decides.
                logger.exception("%s failed", step.__name__)
        if stop.wait(pause):
            return
