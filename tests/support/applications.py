"""Applications of one test: real database, real queue, nothing mocked."""

import os
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app.config import Settings, load_settings
from app.conformance.deployment import COMPILED
from app.core import queue, users
from app.core.db import db
from app.core.registry.catalog import EXTENSION
from app.core.registry.contract import OperationType, Plugin
from app.factory import create_app
from tests.support.browsing import Browser, CommandLine, alone, end_transaction
from tests.support.databases import SECRET_KEY


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside():
    """Whoever runs the tests may have a deployment's settings in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("TENANTATLAS_")]:
            if not name.startswith(("TENANTATLAS_TEST_", "TENANTATLAS_SHARED_")):
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords():
    """Argon2 as cheap as it gets: the tests hash hundreds of passwords."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def settings(tmp_path, database) -> Settings:
    """Settings of this test: its own data folder, database and queue file."""
    return load_settings(data_dir=tmp_path / "data", database_url=database.url, secret_key=SECRET_KEY)


@pytest.fixture
def make_app(settings) -> Iterator[object]:
    """Build an application; keyword arguments replace single settings (`make_app(safe_mode=True)`)."""
    built: list[Flask] = []

    def build(**changes: object) -> Flask:
        app = create_app(settings.model_copy(update=changes))
        app.test_client_class, app.test_cli_runner_class = Browser, CommandLine
        app.jinja_env.bytecode_cache = COMPILED
        built.append(app)
        return app

    yield build
    for app in built:
        queue.close_queue(app)
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app) -> Iterator[Flask]:
    """The application with an app context for the test itself; requests and workers get their own."""
    application = make_app()
    with application.app_context():
        yield application
        db.session.rollback()


@pytest.fixture
def client(app) -> Browser:
    """A browser that nobody has signed in yet: `client.sign_in(user)`, `client.submit(path, data)`."""
    return app.test_client()


@pytest.fixture
def sign_in(app):
    """A new browser signed in as a user or an address: `sign_in(user).get(...)`."""

    def signed_in(user) -> Browser:
        browser = app.test_client()
        answer = browser.sign_in(user)
        assert answer.status_code == 302, answer.text
        return browser

    return signed_in


@pytest.fixture
def flask_cli(app):
    """Run `flask ...` in this process: `flask_cli("tenants", "list", "--json", input=None)`."""
    return app.test_cli_runner().invoke


@pytest.fixture
def worker(app):
    """Execute everything that is queued, as a worker does: fresh context, no current tenant.

    Answers with how many messages there were.
    """

    def work() -> int:
        return sum(1 for _ in iter(lambda: alone(queue.run_one, app), False))

    return work


@pytest.fixture
def offer(app):
    """Let the application offer a run type for this test: `offer(execute, items=..., params=...)`."""

    def add(execute, *, run_type="probe.check", label="Probe", plugin="probe", **declared):
        operation = OperationType(run_type=run_type, label=label, execute=execute, **declared)
        app.extensions[EXTENSION].add(Plugin(name=plugin, version="1.0.0", operations=(operation,)))
        return operation

    return add


@pytest.fixture
def fresh(app):
    """Read a row again from the database: `fresh(run).status`."""

    def reload(row):
        model, row_id = type(row), row.id
        end_transaction()
        found = db.session.get_one(model, row_id, populate_existing=True)
        db.session.commit()
        return found

    return reload
