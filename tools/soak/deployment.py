"""A deployment of its own: PostgreSQL, Redis, a starter and three workers, each of which may be lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from app.config import load_settings
from app.core.db import db
from app.core.registry.lineages import upgrade_all
from app.core.tenants import create_tenant
from app.core.users import Role, create_user, set_membership
from app.factory import create_app
from tools.servers import PostgresServer, RedisServer
from tools.soak.starter import EMAIL, SLUG

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 3
SECRET_KEY = "a fictional key for the soak only"  # noqa: S105 - fictional
WORKERS = (("--workers", "2"), ("--workers", "2"), ("--workers", "2", "--processes"))
ENTRY_POINT = "[tenantatlas.plugins]\nsoak = tools.soak.operations:plugin\n"
METADATA = "Metadata-Version: 2.1\nName: soak\nVersion: 1.0\n"


class Deployment:
    """Servers and processes; what they leave is in `folder`."""

    def __init__(self, folder: Path, postgres: PostgresServer, redis: RedisServer) -> None:
        """Migrate the data, and install the operations of the soak."""
        self.folder, self.postgres, self.redis = folder, postgres, redis
        self._settings = {
            "data_dir": str(folder),
            "database_url": postgres.create_database("soak").replace("postgresql:", "postgresql+psycopg:", 1),
            "queue_url": redis.url,
            "secret_key": SECRET_KEY,
            "lease_seconds": str(LEASE_SECONDS),
            "plugins_disabled": "inventory,drift,backup_sets,channels",
        }
        _install(folder / "site")
        with self.context():
            _prepare()
        self.workers = [self._worker(number) for number in range(len(WORKERS))]
        self._leaving: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def context(self) -> Iterator[Flask]:
        """An application in this process, for a look at the data."""
        disabled = tuple(self._settings["plugins_disabled"].split(","))
        app = create_app(load_settings(**{**self._settings, "plugins_disabled": disabled}))
        with app.app_context():
            yield app
            db.session.rollback()
            db.engine.dispose()

    def start_starter(self, seed: int) -> subprocess.Popen[bytes]:
        """Begin to start runs; it ends when its standard input is closed.

        Raises:
            RuntimeError: it ended before the first.
        """
        command = ["-m", "tools.soak.starter", str(self.folder), str(seed)]
        starter = self._python(command, "starter", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        while not (self.folder / "started").exists():
            if starter.poll() is not None:
                raise RuntimeError((self.folder / "starter.log").read_text(encoding="utf-8")[-1000:])
            time.sleep(0.1)
        return starter

    def keep_up(self) -> None:
        """Replace workers that have ended."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.workers[number] = self._worker(number)

    def dismiss(self, number: int) -> None:
        """Ask a worker to stop, and put another in its place."""
        self.workers[number].send_signal(signal.SIGTERM)
        self._leaving.append(self.workers[number])
        self.workers[number] = self._worker(number)

    def close(self) -> None:
        """End every process."""
        for process in [*self.workers, *self._leaving]:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def log_lines(self, words: str) -> int:
        """How many lines of the workers' logs contain some words."""
        logs = [path.read_text(encoding="utf-8", errors="replace") for path in self.folder.glob("*.log")]
        return sum(words in line for log in logs for line in log.splitlines())

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        command = ["-m", "flask", "worker", *WORKERS[number]]
        return self._python(command, f"worker-{number}", stdin=subprocess.DEVNULL)

    def _python(
        self, command: list[str], name: str, *, stdin: int, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self._environment(),
                stdin=stdin,
                stdout=log if stdout is None else stdout,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TENANTATLAS_")}
        return {
            **kept,
            **{f"TENANTATLAS_{name.upper()}": value for name, value in self._settings.items()},
            "FLASK_APP": "wsgi",
            "FLASK_SKIP_DOTENV": "1",
            "PYTHONPATH": os.pathsep.join([str(self.folder / "site"), str(ROOT)]),
        }


def _install(site: Path) -> None:
    info = site / "soak-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA, encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRY_POINT, encoding="utf-8")


def _prepare() -> None:
    problems = [f"{name}: {problem}" for name, problem in upgrade_all() if problem]
    if problems:
        raise RuntimeError(problems)
    set_membership(create_user(EMAIL, SECRET_KEY), create_tenant(SLUG), Role.OPERATOR)
