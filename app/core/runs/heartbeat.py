"""The runs this process executes, kept alive and shown in time while they are worked on."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

from app.core.runs.lease import Lease
from app.core.runs.progress import Progress

_held: dict[str, Progress] = {}
_lock = threading.Lock()


class _Stop:
    """Whether this process is being stopped, as whoever runs it says."""

    asked: Callable[[], bool] = staticmethod(lambda: False)


@cache
def worker_name() -> str:
    """This process among all workers: host, process and a mark of this boot."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"


def is_stopping() -> bool:
    """Whether this process is being stopped: runs that can be resumed are given back."""
    return _Stop.asked()


def stop_when(asked: Callable[[], bool]) -> None:
    """Let `is_stopping` ask this from now on."""
    _Stop.asked = staticmethod(asked)


@contextmanager
def kept_alive(progress: Progress) -> Iterator[None]:
    """Let `beat` care for a run until the block ends."""
    token = progress.lease.token
    with _lock:
        _held[token] = progress
    try:
        yield
    finally:
        with _lock:
            _held.pop(token, None)


def held_leases() -> list[Lease]:
    """The leases of the runs this process is working on."""
    with _lock:
        return [progress.lease for progress in _held.values()]


def beat() -> None:
    """Flush what long items hold back and renew the leases that need it."""
    with _lock:
        held = list(_held.values())
    for progress in held:
        progress.beat()


def begin_anew() -> None:
    """Forget what a parent process held: this one was forked from it."""
    _held.clear()
    worker_name.cache_clear()
