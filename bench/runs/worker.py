"""Worker processes of the benchmark: `python -m bench.runs.worker tracked|bare`.

Settings come from the environment. `tracked` is `flask worker` with the no-op plugin, `bare` is Huey's own
consumer over the same backend, with the same delays and threads.
"""

import sys

from app.config import load_settings
from app.core.queue import IDLE_DELAY
from app.core.runs.worker import run_worker
from bench.runs.bare import bare_huey
from bench.runs.deployment import with_noop

THREADS = 2


def main(which: str) -> None:
    """Work until SIGTERM."""
    if which == "tracked":
        run_worker(with_noop(load_settings()), slots=THREADS)
        return
    huey, _ = bare_huey()
    consumer = huey.create_consumer(
        workers=THREADS,
        periodic=False,
        initial_delay=IDLE_DELAY,
        max_delay=IDLE_DELAY,
        backoff=1.0,
        scheduler_interval=60,
        graceful_signal="TERM",
        shutdown_timeout=5,
    )
    consumer.run()


if __name__ == "__main__":
    main(sys.argv[1])
