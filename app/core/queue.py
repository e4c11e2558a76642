"""The doorbell: Huey carries a run's number to a worker and nothing else. The run row is the truth."""

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask, current_app
from huey.api import Huey
from huey.consumer import Consumer

from app.core.keys import derive_key
from app.core.rings import JsonHmacSerializer, open_rings

EXTENSION = "tenantatlas.queue"
TASK_NAME = "execute_run"  # frozen: messages of an older release name it
TABLES = "huey_"  # what its tables begin with, where it is in the same database as the data
IDLE_DELAY = 0.04  # seconds between looks into an empty SQLite queue; a wake-up then takes about 25 ms
AWAY_DELAY = 1.0  # seconds until a queue server that did not answer is asked again
SHUTDOWN_SECONDS = 30  # what SIGTERM leaves a running run to end by itself

logger = logging.getLogger(__name__)


def init_queue(app: Flask, url: str, name: str, secret: str, execute: Callable[[int], None]) -> None:
    """Open the queue of an application and register the one task.

    Args:
        app: the application; the task runs inside a fresh context of it.
        url: `sqlite:///file`, `redis://...` or `postgresql://...`.
        name: prefix of the queue's keys or tables.
        secret: the deployment's secret key.
        execute: what a ring does with a run's number.
    """
    huey = open_rings(url, name, JsonHmacSerializer(derive_key(secret, "queue")))

    def execute_run(run_id: int) -> None:
        with app.app_context():
            execute(run_id)

    task = huey.task(name=TASK_NAME)(execute_run)
    app.extensions[EXTENSION] = (huey, task)


def ring(run_id: int) -> None:
    """Ring the doorbell for a committed run; a queue that is away is logged, the sweeper rings again."""
    _, task = current_app.extensions[EXTENSION]
    for is_last in (False, True):  # where the server was restarted, only the second has a new connection
        try:
            task(run_id)
            return
        except Exception:
            if is_last:
                logger.exception("run %s: the queue cannot be reached; the sweeper will ring again", run_id)


def length() -> int:
    """How many rings nobody has heard yet."""
    huey, _ = current_app.extensions[EXTENSION]
    return int(huey.pending_count())


class CleanConsumer(Consumer):
    """Huey's consumer, for which SIGTERM and SIGINT both mean: end what can be ended, then stop."""

    def __init__(self, huey: Huey, **options: Any) -> None:  # noqa: ANN401 - Huey's own options
        """Take Huey's options."""
        super().__init__(huey, **options)
        gracefully = (False, True)  # (restart, graceful)
        self._signal_actions = {signal.SIGTERM: gracefully, signal.SIGINT: gracefully}
        self._hurry_flag = self.environment.get_stop_flag()

    @property
    def is_stopping(self) -> bool:
        """Whether a signal asked to stop, in this process or in the one that forked it."""
        return self._signum is not None or bool(self.stop_flag.is_set())

    @property
    def is_hurried(self) -> bool:
        """Whether a second signal, or the end of patience, asks to stop without waiting for runs."""
        return bool(self._hurry_flag.is_set())

    def heed_signals(self) -> None:
        """Take SIGTERM and SIGINT from now on: before a run can be claimed; in the main thread."""
        self._set_signal_handlers()

    def _interrupt_workers(self) -> None:
        self._hurry_flag.set()
        super()._interrupt_workers()


def make_consumer(
    app: Flask, *, workers: int, processes: bool = False, in_child: Callable[[], None] | None = None
) -> CleanConsumer:
    """A Huey consumer, silent when idle; `run()` it in the main thread.

    Args:
        app: the application.
        workers: how many runs at a time.
        processes: a process for each, forked from this one; else a thread.
        in_child: called first in each forked process.
    """
    huey, _ = app.extensions[EXTENSION]
    if processes and in_child is not None:
        huey.on_startup(name="in_child")(in_child)
    # Servers that are asked wait for an answer themselves; the delay then is that after an error.
    delay = AWAY_DELAY if huey.storage.blocking else IDLE_DELAY
    return CleanConsumer(
        huey,
        workers=workers,
        worker_type="process" if processes else "thread",
        periodic=False,
        initial_delay=delay,
        max_delay=delay,
        backoff=1.0,
        check_worker_health=True,
        health_check_interval=1,
        graceful_signal="TERM",
        shutdown_timeout=SHUTDOWN_SECONDS,
        scheduler_interval=60,
    )


def run_one(app: Flask) -> bool:
    """Take one message and execute it here, as a consumer would; whether there was one."""
    huey, _ = app.extensions[EXTENSION]
    task = huey.dequeue()
    if task is None:
        return False
    huey.execute(task)
    return True


def close_queue(app: Flask) -> None:
    """Close the queue's connections of this thread."""
    huey, _ = app.extensions[EXTENSION]
    with suppress(AttributeError):
        huey.storage.close()
