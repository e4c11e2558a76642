"""An application under gunicorn, and the processor time that its worker spends."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Served:
    """A gunicorn with one worker of several threads; one connection is kept alive."""

    connection: http.client.HTTPConnection
    worker: int  # its process

    def cost(
        self,
        path: str,
        headers: Mapping[str, str],
        count: int,
        status: int,
        *,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> float:
        """Milliseconds of processor time an answer takes the worker.

        Args:
            path: what is asked for.
            headers: with each request.
            count: how many requests, after a tenth as many to warm up.
            status: what each answer must have.
            meanwhile: what happens before each request, in this process.
        """
        self._ask(path, headers, count // 10, status, meanwhile)
        before = _cpu_seconds(self.worker)
        self._ask(path, headers, count, status, meanwhile)
        return (_cpu_seconds(self.worker) - before) / count * 1000

    def _ask(
        self,
        path: str,
        headers: Mapping[str, str],
        count: int,
        status: int,
        meanwhile: Callable[[], object],
    ) -> None:
        for _ in range(count):
            meanwhile()
            self.connection.request("GET", path, headers=dict(headers))
            answer = self.connection.getresponse()
            answer.read()
            assert answer.status == status, (path, answer.status)


@contextmanager
def served(application: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Serve an application, named as `module:name`, on a free port of 127.0.0.1 meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "--log-level", "warning"]
    options += ["--keep-alive", "60"]  # seconds, in which others are asked
    command = [sys.executable, "-m", "gunicorn", *options, application]
    process = subprocess.Popen(command, env=os.environ | (environment or {}))
    try:
        yield Served(_connected(port), _worker_of(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


def _connected(port: int) -> http.client.HTTPConnection:
    end = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.connect()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return connection


def _worker_of(arbiter: int) -> int:
    end = time.monotonic() + PATIENCE
    while not (children := Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()):
        assert time.monotonic() < end, "gunicorn has no worker"
        time.sleep(0.1)
    return int(children[0])


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
