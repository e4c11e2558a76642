"""Waiting at the command line for what a worker does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core import queue
from app.core.cli import waiting
from app.core.registry.catalog import current_catalog
from app.core.runs import lifecycle
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.waiting import wait_until


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.01)


@pytest.fixture
def start_beside(app):
    """Type `flask runs start probe.check` in another terminal; answers with its future."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda: pool.submit(
            app.test_cli_runner().invoke,
            *("runs", "start", "probe.check", "--tenant", "fictional", "--json"),
        )


def test_a_start_without_inline_waits_for_a_worker(app, tenant, offer, start_beside):
    offer(lambda _run: None)

    command = start_beside()
    wait_until(lambda: queue.run_one(app), "the ring of the start")

    assert '"status": "completed"' in command.result(timeout=20).stdout


@pytest.fixture
def told(monkeypatch):
    """Everything the command has said so far."""
    lines = []
    monkeypatch.setattr(waiting.click, "echo", lambda text, **_: lines.append(text))
    return lines


def test_equal_work_that_is_active_already_is_waited_for(app, tenant, offer, start_beside, told):
    offer(lambda _run: None)
    run = start_operation(current_catalog(), tenant, "probe.check", {}).run
    lease = lifecycle.claim(run.id, "worker-1", 60)

    command = start_beside()
    wait_until(lambda: told, "that the command finds the active run")
    lifecycle.finish(lease, RunStatus.COMPLETED, Tally())
    result = command.result(timeout=20)

    assert result.exit_code == 0
    assert told[0] == f"Already running: waiting for run {run.id}."
    assert f'"id": {run.id},' in told[1]


def test_without_a_worker_the_waiting_is_explained_once(app, tenant, offer, start_beside, told, monkeypatch):
    monkeypatch.setattr(waiting, "HINT_SECONDS", 0.0)
    offer(lambda _run: None)

    command = start_beside()
    wait_until(lambda: told, "a hint")
    wait_until(lambda: queue.run_one(app), "the ring of the start")
    command.result(timeout=20)

    assert [text for text in told if text.startswith("No worker has taken the run yet")] == told[:1]
