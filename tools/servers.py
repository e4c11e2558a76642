"""Private PostgreSQL and Redis servers, which may be stopped, started and emptied without harm to others."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import redis

PATIENCE = 60.0  # seconds a server may take to come up or to go
_OWNER = "postgres"  # whom root starts PostgreSQL as: it refuses root
_POSTGRES_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # the data are thrown away, and the machine does not crash
    "wal_writer_delay": "10s",  # what no commit waits for is long not written
    "max_connections": "100",
    "shared_buffers": "32MB",
}


class ServerMissingError(Exception):
    """The program of a server is not installed; the text names it."""


class Server(ABC):
    """A server of our own in a temporary folder; both are gone when its `with` block is left."""

    user: str | None = None  # as whom it runs; none: as we do
    stops_at = signal.SIGTERM

    def __init__(self) -> None:
        """Make a folder and choose a port; nothing is started yet."""
        self.folder = Path(tempfile.mkdtemp(prefix="tenantatlas-"))
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            RuntimeError: it does not.
        """
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.user,
            )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError(f"{self.command()[0]} does not come up: {self._log.read_text()[-500:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, whoever is connected; what it keeps on disk stays."""
        if self._process is not None:
            self._process.send_signal(self.stops_at)
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def remove(self) -> None:
        """Stop it and delete its folder."""
        with suppress(subprocess.TimeoutExpired):
            self.stop()
        if self._process is not None:
            self._process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What starts it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be used."""

    @property
    def _log(self) -> Path:
        return self.folder / "log"


class PostgresServer(Server):
    """A PostgreSQL cluster that trusts whoever can reach it."""

    user = _OWNER if os.geteuid() == 0 else None
    stops_at = signal.SIGINT  # breaks connections off instead of waiting for them

    @property
    def dsn(self) -> str:
        """Where its first database is, as libpq takes it."""
        return self.dsn_of("postgres")

    def dsn_of(self, name: str) -> str:
        """Where one of its databases is, as libpq takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, the first time with a new cluster, and wait until it answers."""
        if not self._data.exists():
            self._create_cluster()
        super().start()

    def command(self) -> Sequence[str]:
        """The server itself, in the foreground."""
        options = {**_POSTGRES_OPTIONS, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        settings = [f"--{name}={value}" for name, value in options.items()]
        return [_postgres_program("postgres"), "-D", str(self._data), *settings]

    def answers(self) -> bool:
        """Whether one can connect."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.dsn, connect_timeout=3):
            return True
        return False

    def crash(self) -> None:
        """Stop it as a loss of power would: what was not yet on disk is lost; the next start recovers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def create_database(self, name: str, template: str = "template0") -> str:
        """Add a database; answers with where it is."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.dsn_of(name)

    def _create_cluster(self) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [_postgres_program("initdb"), *options, f"--pgdata={self._data}"],
            check=True,
            capture_output=True,
            user=self.user,
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"


class RedisServer(Server):
    """A Redis server that keeps nothing: whenever it is stopped, all is lost."""

    keeping: Sequence[str] = ("--appendonly", "no")

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        """The server itself, in the foreground."""
        settings = ["--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder), *self.keeping]
        return [_program("redis-server"), "--port", str(self.port), *settings]

    def answers(self) -> bool:
        """Whether it answers a ping."""
        with suppress(redis.RedisError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


class DurableRedisServer(RedisServer):
    """A Redis server that has every write on disk before it answers, as PostgreSQL has every commit."""

    keeping = ("--appendonly", "yes", "--appendfsync", "always")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _postgres_program(name: str) -> str:
    """One of PostgreSQL's own programs: Debian keeps them out of the path, the newest version last."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    return _program(name)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ServerMissingError(f"{name} is not installed")
    return found
