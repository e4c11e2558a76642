"""What the tests that kill things may ask for.

`stack` (tests/support/stacks.py) is a deployment of one test: migrated data, its own queue, an application
in this process with its context active, a tenant and an operator. Mark a test or a module with
`on_every_stack` or with `on_stacks("sqlite", "redis")`:

sqlite    data and queue in SQLite files
redis     data in PostgreSQL, queue in Redis
postgres  data and queue (PostgresHuey) in one PostgreSQL database

`stack.start("steady", items=5, hold="before:item-3")` starts an operation of tests/faults/steps.py: `steady`
(resumable, items may be repeated), `careful` (resumable, items may not), `once` (neither), `noop` (no items).
It answers with a `SteeredRun`: `arrived()` waits until it stands where it is held, `go()` lets it pass,
`effects` and `done` are what was really done. `stack.worker(slots=2, processes=True, lease_seconds=60)`
starts a real `flask worker` and waits until it is registered; it can be killed, frozen, thawed, signalled.
`stack.end_of(run)` waits for the end; `stack.run`, `ledger`, `timeline` and `registry` read fresh;
`stack.change(run, ring_at=...)` writes the past. `assert_sound(stack, run)` (tests/faults/soundness.py) is
what holds for every run at any time.

`settings` is the stack's: override `database` or `queue_url` in a module that has servers of its own. When a
test fails, what its workers said is in the report.
"""

from pathlib import Path
from uuid import uuid4

import pytest

from app.config import load_settings
from app.core.db import db
from tests.support.databases import SECRET_KEY
from tests.support.stacks import LONG_LEASE, Stack

STEPS = Path(__file__).with_name("steps.py")
SAID = pytest.StashKey[Stack]()


def pytest_collection_modifyitems(items):
    """Everything in this folder is `faults` and `slow`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("faults")
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Show what the workers of a failed test said."""
    report = yield
    if report.failed and SAID in item.stash:
        for number, worker in enumerate(item.stash[SAID].workers, start=1):
            report.sections.append((f"worker {number} (pid {worker.pid})", worker.output[-8000:]))
    return report


@pytest.fixture
def queue_kind(request) -> str:
    """The queue of a stack; see `on_stacks`."""
    return request.param


@pytest.fixture
def queue_url(queue_kind, request, tmp_path, database) -> str:
    """Where the queue of this test is."""
    if queue_kind == "redis":
        return request.getfixturevalue("redis_url")
    if queue_kind == "postgres":
        return database.url.replace("+psycopg", "")
    return f"sqlite:///{tmp_path / 'data' / 'queue.db'}"


@pytest.fixture
def stack_prefix(queue_kind, request) -> str:
    """The queue's name, of this test alone."""
    return request.getfixturevalue("queue_prefix") if queue_kind == "redis" else f"test-{uuid4().hex[:12]}"


@pytest.fixture
def settings(tmp_path, database, queue_url, stack_prefix):
    """Settings that every process of the stack shares."""
    return load_settings(
        data_dir=tmp_path / "data",
        database_url=database.url,
        queue_url=queue_url,
        queue_prefix=stack_prefix,
        secret_key=SECRET_KEY,
        lease_seconds=LONG_LEASE,
        plugins_disabled=("inventory", "drift", "backup_sets", "channels"),
    )


@pytest.fixture
def site(install) -> Path:
    """The folder in which the steered plugin is installed."""
    return install(STEPS.stem, STEPS.read_text(encoding="utf-8"))


@pytest.fixture
def app(site, make_app):
    """The application of the test's own process; it knows the steered plugin."""
    application = make_app()
    with application.app_context():
        yield application
        db.session.rollback()


@pytest.fixture
def stack(request, queue_kind, app, settings, site, tenant, operator):
    """A deployment; its workers are killed when the test ends."""
    for row in (tenant, operator):
        db.session.expunge(row)  # threads of a test may ask them; a session is nobody else's
    deployment = Stack(queue_kind, app, settings, site=site, tenant=tenant, user=operator)
    request.node.stash[SAID] = deployment
    yield deployment
    for worker in deployment.workers:
        worker.clean_up()
