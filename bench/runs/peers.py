"""No-op tasks of Celery, RQ and Dramatiq on the same Redis, two at a time where they can, results stored."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dramatiq
from celery import Celery
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend
from dramatiq.results.errors import ResultMissing
from redis import Redis
from rq import Queue

from bench.runs.deployment import REDIS

NAME = "bench-peers"
RESULT_SECONDS = 60
THREADS = "2"

celery = Celery(NAME, broker=REDIS, backend=REDIS)
celery.conf.update(
    task_default_queue=NAME, result_expires=RESULT_SECONDS, broker_connection_retry_on_startup=True
)
broker = RedisBroker(url=REDIS, namespace=NAME)
broker.add_middleware(
    Results(backend=RedisBackend(url=REDIS, namespace=NAME), store_results=True, result_ttl=60_000)
)
dramatiq.set_broker(broker)


def nothing(number: int) -> int:
    """Return at once."""
    return number


by_celery = celery.task(name="bench.nothing")(nothing)
by_dramatiq = dramatiq.actor(nothing, queue_name=NAME, actor_name="bench_nothing")


@dataclass(frozen=True)
class Peer:
    """One other queue.

    Attributes:
        command: starts its worker.
        send: enqueues a task; answers with the question whether its result is there.
    """

    name: str
    command: tuple[str, ...]
    send: Callable[[int], Callable[[], bool]]

    @contextmanager
    def working(self) -> Iterator[None]:
        """A worker of it, up and idle."""
        process = subprocess.Popen(
            [sys.executable, "-m", *self.command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            is_done = self.send(0)
            end = time.monotonic() + 60
            while not is_done():
                assert time.monotonic() < end, f"{self.name} does not come up"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def _send_celery(number: int) -> Callable[[], bool]:
    return by_celery.delay(number).ready


def _send_rq(number: int) -> Callable[[], bool]:
    job = Queue(NAME, connection=_redis).enqueue(nothing, number, result_ttl=RESULT_SECONDS)
    return lambda: job.get_status(refresh=True) == "finished"


def _send_dramatiq(number: int) -> Callable[[], bool]:
    message = by_dramatiq.send(number)

    def is_done() -> bool:
        try:
            message.get_result()
        except ResultMissing:
            return False
        return True

    return is_done


_redis = Redis.from_url(REDIS)
_rq_url = ("--url", REDIS)
PEERS = (
    Peer(
        "Celery",
        ("celery", "-A", "bench.runs.peers:celery", "worker", "--pool=threads", "-c", THREADS, "-Q", NAME),
        _send_celery,
    ),
    Peer("RQ", ("rq.cli", "worker", "--worker-class", "rq.SimpleWorker", *_rq_url, NAME), _send_rq),
    Peer(
        "Dramatiq", ("dramatiq", "bench.runs.peers", "--processes", "1", "--threads", THREADS), _send_dramatiq
    ),
)
