"""A deployment of one check: its own database, queue and folder, one tenant, and a member in every role."""

import dataclasses
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import select

from app.config import load_settings
from app.conformance.browser import Browser
from app.conformance.dying import die_after, expire
from app.conformance.people import SLUG, address
from app.conformance.verdict import refuse
from app.core import queue
from app.core.db import db
from app.core.errors import InvalidInputError
from app.core.registry.catalog import EXTENSION, Catalog
from app.core.registry.contract import AnyOperation
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.rescue import sweep
from app.core.runs.start import start_operation
from app.core.tenants import Tenant, tenant_by_slug
from app.core.users import Role, User, find_user
from app.factory import create_app

SECRET_KEY = "lantern-4417-conformance-secret-key"  # noqa: S105 - planted: nothing that is stored or shown may hold it


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for all deployments of a test run: they take longest."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledTemplates()


class Deployment:
    """An application and the people of its tenant. Nothing is ambient between two calls."""

    def __init__(self, app: Flask, url: str) -> None:
        """Hold an application whose database has people."""
        self.app, self.url = app, url
        app.test_client_class = Browser
        app.jinja_env.bytecode_cache = COMPILED
        self._declared, self._settings = dict(self.catalog.operations), dict(self.catalog.settings)

    @property
    def catalog(self) -> Catalog:
        """The loaded plugins."""
        catalog: Catalog = self.app.extensions[EXTENSION]
        return catalog

    def operation(self, run_type: str) -> AnyOperation:
        """What was declared for a run type."""
        return self.catalog.operation(run_type)

    def change(self, run_type: str, **changes: Any) -> None:  # noqa: ANN401 - fields of an operation
        """Let this deployment know an operation with other fields."""
        self.catalog.operations[run_type] = dataclasses.replace(self.operation(run_type), **changes)

    def forget(self) -> None:
        """Be as new: only the database is left to whoever gives it the next one."""
        self.catalog.operations.clear()
        self.catalog.operations.update(self._declared)
        self.catalog.settings.update(self._settings)
        huey, _ = self.app.extensions[queue.EXTENSION]
        huey.flush()
        with self.app.app_context():
            db.engine.dispose()
        shutil.rmtree(self.app.config["DATA_DIR"])
        self.app.config["DATA_DIR"].mkdir()

    def prepare(self, plugin: str) -> None:
        """Let a plugin make what its examples name."""
        found = self.catalog.plugins.get(plugin)
        if found is None or found.before_examples is None:
            return
        with self.app.app_context():
            try:
                found.before_examples(tenant_by_slug(SLUG))
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and its author is told
                refuse(f"{plugin}: its `before_examples` raises {type(error).__name__}: {error}")

    def tenant(self) -> Tenant:
        """The tenant, as a row of its own."""
        with self.app.app_context():
            return tenant_by_slug(SLUG)

    def member(self, name: str) -> User:
        """The person of a role in the tenant, or the stranger."""
        with self.app.app_context():
            user = find_user(address(name))
        if user is None:
            raise LookupError(name)
        return user

    def browser(self, name: str | None = None) -> Browser:
        """A browser of the person of a role, of the stranger, or of nobody."""
        browser = self.app.test_client()
        if not isinstance(browser, Browser):
            raise TypeError(browser)
        if name is not None:
            browser.enter(self.member(name))
        return browser

    def start(self, run_type: str, params: Mapping[str, object], *, by: str | None = None) -> int:
        """Start an operation as the person of its least role, or of another; the run's number."""
        user = self.member(by or self.operation(run_type).role)
        with self.app.app_context():
            try:
                return start_operation(self.catalog, self.tenant(), run_type, params, user).run.id
            except InvalidInputError as error:
                refuse(
                    f"{run_type} cannot be started with {dict(params)}: {error}. An example must be "
                    "startable in a tenant in which nothing was done but the examples of the plugins that "
                    "yours requires; what can go wrong then ends the run with a reason code you declare."
                )

    def execute(self, run_id: int) -> None:
        """Execute a run as a worker does to which it was rung for."""
        with self.app.app_context():
            execute_run(run_id)

    def kill(self, run_id: int, commits: int) -> bool:
        """Execute a run in a worker that dies after so many commits, and let another find that out.

        Returns:
            Whether there were so many.
        """
        with self.app.app_context():
            if not die_after(run_id, commits):
                return False
            expire(run_id)
            sweep()
            return True

    def work(self) -> None:
        """Hear every ring there is."""
        while queue.run_one(self.app):
            pass

    def run(self, run_id: int) -> BulkOperationRun:
        """A run as it stands."""
        with self.app.app_context():
            return db.session.get_one(BulkOperationRun, run_id)

    def finished(self, run_type: str, params: Mapping[str, object]) -> BulkOperationRun:
        """Start an operation, let a worker hear of it, and answer with its run."""
        run_id = self.start(run_type, params)
        self.work()
        return self.run(run_id)

    def run_ids(self, *, above: Role | None = None) -> list[int]:
        """Numbers of runs, in order.

        Args:
            above: only those that members of this role may not start; none: all.
        """
        run = BulkOperationRun
        query = select(run.id, run.resource, run.action).order_by(run.id)
        with self.app.app_context():
            found = db.session.execute(query).all()
        return [number for number, *name in found if above is None or not self._may_start(above, name)]

    def _may_start(self, role: Role, name: Sequence[str]) -> bool:
        run_type = ".".join(name)
        is_known = run_type in self.catalog.run_types
        return is_known and role.includes(self.catalog.operation(run_type).role)


@contextmanager
def deployed(url: str, folder: Path, *, disabled: tuple[str, ...] = ()) -> Iterator[Deployment]:
    """A deployment on a database, closed with the block.

    Args:
        url: of the database.
        folder: of its queue and files.
        disabled: plugins it does not load.
    """
    settings = load_settings(
        data_dir=folder / "data",
        database_url=url,
        queue_url=f"sqlite:///{folder / 'queue.db'}",
        secret_key=SECRET_KEY,
        plugins_disabled=disabled,
        plugins_strict=False,
        safe_mode=False,
        debug=False,
    )
    app = create_app(settings)
    try:
        yield Deployment(app, url)
    finally:
        queue.close_queue(app)
        with app.app_context():
            db.engine.dispose()
