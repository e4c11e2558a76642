"""Other hubs, each in a process of the environment that has them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tools.servers import RedisServer

PYTHON = Path(__file__).parents[2] / ".venv-peers/bin/python"
TASKS, REQUESTS = 100_000, 10
OTHERS = {"Flower": "flower_tasks", "rq-dashboard": "rq_jobs", "huey-monitor": "huey_tasks"}


def other_hubs() -> Iterator[tuple[str, float]]:
    """(name, median milliseconds) of a page of 25 of 100,000 finished tasks."""
    with RedisServer() as redis:
        for name, module in OTHERS.items():
            command = [str(PYTHON), "-m", f"bench.hub.others.{module}", str(TASKS), str(REQUESTS)]
            environment = os.environ | {"BENCH_REDIS": redis.url}
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
            yield name, float(done.stdout.split()[-1])
