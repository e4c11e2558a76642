"""How long a no-op takes from its start to its end, one at a time and many at once, tracked and bare."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any

from huey.api import Huey, Result
from sqlalchemy import Select, func, select

from app.core.db import db, reading
from app.core.registry.catalog import current_catalog
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.runs.status import ACTIVE
from app.core.runs.workers import Worker
from bench.runs.bare import bare_huey
from bench.runs.deployment import Deployment
from bench.runs.outside import outside
from bench.runs.peers import Peer
from bench.runs.processor import processor_seconds

Nothing = Callable[[int], Result]

LOOK_SECONDS = 0.0005
IDLE_SECONDS = 10.0


@contextmanager
def working(deployment: Deployment, which: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of the deployment, up and idle."""
    settings = deployment.settings
    names = ("data_dir", "database_url", "queue_url", "queue_prefix", "secret_key")
    values = {f"TENANTATLAS_{name.upper()}": str(getattr(settings, name)) for name in names}
    environment = (
        os.environ | values | {"TENANTATLAS_PLUGINS_DISABLED": "inventory,drift,backup_sets,channels"}
    )
    process = subprocess.Popen([sys.executable, "-m", "bench.runs.worker", which], env=environment)
    try:
        while which == "tracked" and not _count(select(func.count()).select_from(Worker)):
            time.sleep(0.05)
        time.sleep(1.5)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def idle_share(process: subprocess.Popen[bytes]) -> float:
    """Share of a core that an idle worker uses."""
    before = processor_seconds(process.pid)
    time.sleep(IDLE_SECONDS)
    return (processor_seconds(process.pid) - before) / IDLE_SECONDS


def pick_up(deployment: Deployment, count: int) -> tuple[float, float]:
    """Median and 95th percentile of start to claim, in milliseconds, of runs started at random moments."""
    generator = random.Random(7)
    for mark in range(count):
        _start(deployment, 100_000 + mark)
        time.sleep(generator.uniform(0.05, 0.15))
    run = BulkOperationRun
    with reading():
        rows = db.session.execute(select(run.created_at, run.started_at).order_by(run.id.desc()).limit(count))
        waited = [(started - created).total_seconds() * 1000 for created, started in rows]
        db.session.commit()
    return median(waited), quantiles(waited, n=20)[18]


def tracked_alone(deployment: Deployment, count: int) -> float:
    """Median milliseconds from the start of a no-op run to its end as another connection sees it."""
    with outside(deployment.settings.database_url) as status_of:

        def once(mark: int) -> None:
            run_id = _start(deployment, mark)
            _wait(lambda: status_of(run_id) not in ACTIVE)

        return _alone(once, range(1, count + 1))


def bare_alone(huey: Huey, nothing: Nothing, count: int) -> float:
    """The same for a bare task, whose end is its stored result."""

    def once(mark: int) -> None:
        result = nothing(mark)
        _wait(lambda: huey.storage.has_data_for_key(result.id))

    return _alone(once, range(1, count + 1))


def tracked_at_once(deployment: Deployment, count: int) -> float:
    """Milliseconds a no-op run when as many wait for two threads: starting and working overlap."""
    began = time.perf_counter()
    for mark in range(count):
        _start(deployment, 10_000 + mark)
    query = select(func.count()).select_from(BulkOperationRun).where(BulkOperationRun.status.in_(ACTIVE))
    _wait(lambda: not _count(query), pause=0.01)
    return (time.perf_counter() - began) / count * 1000


def bare_at_once(huey: Huey, nothing: Nothing, count: int) -> float:
    """The same for bare tasks."""
    before = huey.storage.result_store_size()
    began = time.perf_counter()
    for mark in range(1, count + 1):
        nothing(mark)
    _wait(lambda: huey.storage.result_store_size() - before >= count, pause=0.01)
    return (time.perf_counter() - began) / count * 1000


def peer_alone(peer: Peer, count: int) -> float:
    """The same for a task of another queue on Redis."""
    return _alone(lambda mark: _wait(peer.send(mark)), range(1, count + 1))


def peer_at_once(peer: Peer, count: int) -> float:
    """The same for many at once."""
    began = time.perf_counter()
    for is_done in [peer.send(mark) for mark in range(count)]:
        _wait(is_done)
    return (time.perf_counter() - began) / count * 1000


def open_bare(deployment: Deployment) -> tuple[Huey, Nothing]:
    """The bare queue as this process fills it."""
    os.environ["TENANTATLAS_QUEUE_URL"] = deployment.settings.queue_url
    os.environ["TENANTATLAS_QUEUE_PREFIX"] = deployment.settings.queue_prefix
    return bare_huey()


def _alone(once: Callable[[int], None], marks: Iterable[int]) -> float:
    generator, took = random.Random(7), []
    for mark in marks:
        time.sleep(generator.uniform(0.05, 0.1))
        began = time.perf_counter()
        once(mark)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _start(deployment: Deployment, mark: int) -> int:
    with deployment.app.app_context():
        started = start_operation(current_catalog(), deployment.tenant, "bench.noop", {"mark": mark})
        return started.run_id


def _wait(is_over: Callable[[], bool], pause: float = LOOK_SECONDS) -> None:
    end = time.monotonic() + 120
    while not is_over():
        assert time.monotonic() < end, "the worker does not come to an end"
        time.sleep(pause)


def _count(query: Select[tuple[Any]]) -> object:
    with reading():
        value = db.session.scalar(query)
        db.session.commit()
    return value
