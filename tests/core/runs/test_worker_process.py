"""A real worker beside the test: takes runs, ends when told to, and is found out when it dies."""

import signal
from urllib.request import urlopen

import pytest

from app.core.db import db
from app.core.registry.catalog import current_catalog
from app.core.runs.queries import find_run
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.support.browsing import end_transaction
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def app(installed_greetings, make_app):
    """The application knows the sample plugin that the worker will execute."""
    application = make_app()
    with application.app_context():
        yield application


@pytest.fixture
def start_worker(spawn, installed_greetings):
    """Start `flask worker` with the shortest lease there is."""

    def start():
        return spawn(
            *("-m", "flask", "worker", "--workers", 1),
            python_path=[installed_greetings],
            plugins_disabled="inventory,drift,backup_sets,channels",
            lease_seconds=5,
        )

    return start


@pytest.fixture
def greet(tenant):
    def start(*people, **params):
        return start_operation(
            current_catalog(), tenant, "greetings.greet", {"people": people, **params}
        ).run.id

    return start


@pytest.fixture
def become(tenant):
    """Wait until a run is what is expected; answers with it."""

    def wait(run_id, what):
        def look():
            end_transaction()
            run = find_run(tenant, run_id)
            db.session.commit()
            return run if run is not None and what(run) else None

        return wait_until(look, f"run {run_id}")

    return wait


def is_final(run):
    return run.is_final


def has_begun(run):
    return run.status == RunStatus.RUNNING and run.processed_items == 1


def test_a_worker_takes_what_was_queued_before_it_came_up(greet, start_worker, become):
    run_id = greet("ada", "nobody", "grace")
    start_worker()

    run = become(run_id, is_final)

    assert run.status == RunStatus.COMPLETED_WITH_ERRORS
    assert (run.succeeded, run.failed, run.summary) == (2, 1, {"greeted": 3})


def test_sigterm_lets_the_worker_finish_what_it_has_begun(greet, start_worker, become, tmp_path):
    door = tmp_path / "open"
    run_id = greet("ada", "grace", until=str(door))
    worker = start_worker()
    become(run_id, has_begun)

    worker.send_signal(signal.SIGTERM)
    door.touch()
    output, _ = worker.communicate(timeout=30)

    assert worker.returncode == 0, output
    assert become(run_id, is_final).status == RunStatus.COMPLETED


def test_a_killed_worker_is_found_out_by_the_next_one(greet, start_worker, become, tmp_path):
    run_id = greet("ada", "grace", until=str(tmp_path / "never"))
    worker = start_worker()
    become(run_id, has_begun)

    worker.kill()
    start_worker()

    run = become(run_id, is_final)
    assert run.status == RunStatus.FAILED
    assert run.failure_totals == {"worker_lost": 1}
    assert run.succeeded == 1, "what was done before is still counted"


def test_serve_answers_and_works_in_one_process_and_ends_when_told_to(
    greet, spawn, installed_greetings, become
):
    run_id = greet("ada")

    serving = spawn(
        *("-m", "flask", "serve", "--port", 0),
        python_path=[installed_greetings],
        plugins_disabled="inventory,drift,backup_sets,channels",
    )
    url = serving.stdout.readline().split()[-1]

    assert become(run_id, is_final).status == RunStatus.COMPLETED
    with urlopen(f"{url}healthz", timeout=10) as answer:  # noqa: S310 - our own process
        assert answer.status == 200

    serving.send_signal(signal.SIGTERM)
    output, _ = serving.communicate(timeout=30)
    assert serving.returncode == 0, output
