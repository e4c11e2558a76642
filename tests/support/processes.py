"""Processes of the product, started as an administrator does and ended with the test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GRACE = 20  # seconds a process may take to end


def environment(settings, *, python_path=(), **changes: object) -> dict[str, str]:
    """The environment of a process that shares this test's data; keyword arguments are settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TENANTATLAS_")}
    values = {
        "data_dir": settings.data_dir,
        "database_url": settings.database_url,
        "queue_url": settings.queue_url,
        "secret_key": settings.secret_key,
        **changes,
    }
    return kept | {
        **{f"TENANTATLAS_{name.upper()}": str(value) for name, value in values.items()},
        "FLASK_APP": "wsgi",
        "FLASK_SKIP_DOTENV": "1",
        "PYTHONPATH": os.pathsep.join([*map(str, python_path), str(ROOT)]),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def spawn(settings) -> Iterator[object]:
    """Start `python ...` beside the test: `spawn("-m", "flask", "worker", lease_seconds=5)`."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments, python_path=(), **changes: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=environment(settings, python_path=python_path, **changes),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=GRACE)
