"""A running TenantAtlas: `flask serve` in a process of its own, over data that the tests can reach."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from flask import Flask

from app.config import Settings, load_settings
from app.core import queue
from app.core.db import db
from app.core.registry.catalog import EXTENSION
from app.factory import create_app
from tests.browser.brake import brake_of
from tests.samples.greetings import plugin as greetings
from tests.support.databases import SECRET_KEY
from tests.support.processes import GRACE, ROOT, environment

LEASE_SECONDS = 3600  # long: rows that a test has put into a state stay there
PLUGINS = {"greetings": "tests.samples.greetings:plugin", "brake": "tests.browser.brake:plugin"}


@dataclass
class Site:
    """What the browser talks to.

    Attributes:
        url: address without a slash at the end.
        app: the same data in the test's own process, for building rows.
        sessions: cookies by e-mail address, kept from one sign-in to the next.
        notes: what session-wide builders have built once.
        numbers: for names that are given once.
    """

    url: str
    app: Flask
    settings: Settings
    sessions: dict[str, object] = field(default_factory=dict)
    notes: dict[str, object] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def hold(self, run_type):
        """Let claimed runs of this type wait; answers with the file whose removal releases them."""
        brake = brake_of(self.settings.data_dir, run_type)
        brake.parent.mkdir(exist_ok=True)
        brake.touch()
        return brake


@contextmanager
def running_site(folder: Path, migrated: Path):
    """Serve an empty, migrated installation from `folder` until the block ends."""
    settings = _settings(folder, migrated)
    app = create_app(settings)
    app.extensions[EXTENSION].add(greetings)
    with (folder / "serve.log").open("wb") as log, _serving(settings, _installed(folder), log) as process:
        first = process.stdout.readline()
        assert " at http://" in first, (folder / "serve.log").read_text()[-2000:]
        yield Site(first.rpartition(" at ")[2].strip().rstrip("/"), app, settings)
    queue.close_queue(app)
    with app.app_context():
        db.engine.dispose()


def _settings(folder: Path, migrated: Path) -> Settings:
    data = folder / "data"
    data.mkdir()
    shutil.copyfile(migrated, data / "tenantatlas.db")
    return load_settings(data_dir=data, secret_key=SECRET_KEY)


def _installed(folder: Path) -> Path:
    """A folder for the search path in which the tests' plugins are installed."""
    site_packages = folder / "site-packages"
    metadata = site_packages / "tests_of_the_browser-1.0.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tests-of-the-browser\nVersion: 1.0.0\n")
    entries = "".join(f"{name} = {value}\n" for name, value in PLUGINS.items())
    (metadata / "entry_points.txt").write_text(f"[tenantatlas.plugins]\n{entries}")
    return site_packages


@contextmanager
def _serving(settings: Settings, site_packages: Path, log):
    command = [sys.executable, "-m", "flask", "serve", "--port", "0", "--workers", "1"]
    values = environment(
        settings, python_path=[site_packages], lease_seconds=LEASE_SECONDS, plugins_strict=1, allow_writes=1
    )
    with subprocess.Popen(
        command, cwd=ROOT, env=values, stdout=subprocess.PIPE, stderr=log, text=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
