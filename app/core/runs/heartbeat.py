"""Leases of this process, renewed while their runs are worked on."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

from app.core.runs import lifecycle
from app.core.runs.lease import Lease

_held: dict[str, Lease] = {}
_lock = threading.Lock()


@cache
def worker_name() -> str:
    """This process among all workers: host, process and a mark of this boot."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"


@contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Let `beat` renew this lease until the block ends."""
    with _lock:
        _held[lease.token] = lease
    try:
        yield
    finally:
        with _lock:
            _held.pop(lease.token, None)


def beat() -> int:
    """Renew every lease this process holds; commits each; returns how many were renewed."""
    with _lock:
        leases = list(_held.values())
    return sum(lifecycle.renew(lease) for lease in leases)
