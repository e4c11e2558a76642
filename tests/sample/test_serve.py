"""`flask serve` on a new installation: the worker takes the sample's snapshots while the pages are up."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import select

from app.core.db import db, reading
from app.core.runs.models import BulkOperationRun
from app.sample.load import EMAIL

ROOT = Path(__file__).parents[2]
SECONDS = 60
LOOK_SECONDS = 0.2


@pytest.fixture
def serving(app, settings, flask_cli, tmp_path):
    """`flask serve` over the loaded sample, on a free port; stopped as an administrator would."""
    assert flask_cli("sample", "load").exit_code == 0
    environment = {
        **os.environ,
        "TENANTATLAS_DATA_DIR": str(settings.data_dir),
        "TENANTATLAS_SECRET_KEY": settings.secret_key,
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "flask", "serve", "--port", "0", "--workers", "1"]
    log = tmp_path / "serve.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def statuses():
    with reading():
        found = list(db.session.scalars(select(BulkOperationRun.status).order_by(BulkOperationRun.id)))
        db.session.rollback()
    return found


def wait_for_three_runs(process):
    """Until three runs are final; the pause between two looks watches the process itself."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        found = statuses()
        if len(found) == 3 and not {"pending", "running"} & set(found):
            return found
        try:
            process.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"serve ended early with {process.returncode}")
    return statuses()


@pytest.mark.slow
def test_serve_prints_where_and_how_to_sign_in_and_takes_the_first_snapshots(serving):
    first, second = serving.stdout.readline(), serving.stdout.readline()
    url = first.removeprefix("TenantAtlas is at ").strip()

    assert url.startswith("http://127.0.0.1:")
    assert EMAIL in second
    assert urlopen(f"{url}healthz", timeout=10).status == 200  # noqa: S310 - the address just printed
    assert wait_for_three_runs(serving) == ["completed", "completed", "completed"]

    serving.send_signal(signal.SIGTERM)
    assert serving.wait(timeout=20) == 0
