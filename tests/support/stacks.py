"""A whole deployment in one test: data, queue, an application in this process, and workers beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.config import Settings
from app.core.db import db, reading
from app.core.registry.catalog import current_catalog
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.items import BulkOperationRunItem
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from app.core.runs.workers import Worker
from app.core.tenants import Tenant
from app.core.users import User
from tests.support.browsing import end_transaction
from tests.support.steering import SteeredRun
from tests.support.waiting import wait_until
from tests.support.workers import WorkerProcess

# kind of stack -> its database (as in `tests.support.databases`) and its queue
KINDS = {
    "sqlite": ("sqlite", "sqlite"),
    "redis": ("postgresql", "redis"),
    "postgres": ("postgresql", "postgres"),
}
LEASE_SECONDS = 2.0  # for who waits until it is over; a busy machine must not need longer for a heartbeat
LONG_LEASE = 60.0  # for who does not


def on_stacks(*kinds: str) -> pytest.MarkDecorator:
    """Run a test on these kinds of stack."""
    values = [KINDS[kind] for kind in kinds]
    return pytest.mark.parametrize(("database", "queue_kind"), values, ids=kinds, indirect=True)


on_every_stack = on_stacks(*KINDS)


class Stack:
    """One deployment. Rows are read fresh each time, in transactions that end at once."""

    def __init__(self, kind: str, app: Flask, settings: Settings, *, site: Path, tenant: Tenant, user: User):
        """Take what the fixtures made.

        Args:
            kind: of the queue: sqlite, redis or postgres.
            app: the application of the test's own process; its context is active.
            settings: what every process of the stack shares.
            site: where the steered plugin is installed.
            tenant: where runs are started.
            user: who starts them.
        """
        self.kind, self.app, self.settings = kind, app, settings
        self.tenant, self.user = tenant, user
        self.workers: list[WorkerProcess] = []
        self._site, self._numbers = site, count(1)

    def start(self, kind: str = "steady", *, folder: Path | None = None, **params: object) -> SteeredRun:
        """Start a steered operation (`steady`, `careful`, `once`, `noop`); see `tests/faults/steps.py`."""
        if folder is None:
            folder = self.settings.data_dir / f"steps-{next(self._numbers)}"
            folder.mkdir()
        values = {"folder": str(folder), **params}
        end_transaction()
        started = start_operation(current_catalog(), self.tenant, f"faults.{kind}", values, self.user)
        return SteeredRun(started.run.id, folder)

    def worker(
        self,
        *arguments: object,
        slots: int = 1,
        processes: bool = False,
        lease_seconds: float = LEASE_SECONDS,
        is_doomed: bool = False,
        python_path: tuple[Path, ...] = (),
        **settings: object,
    ) -> WorkerProcess:
        """Start `flask worker` and wait until it is in the registry, with `processes` every child of it.

        A doomed one may be killed by its first run before anybody looks.
        """
        before = {row.id for row in self.registry()}
        worker = WorkerProcess(
            self.settings,
            log=self.settings.data_dir / f"worker-{next(self._numbers)}.log",
            python_path=[*python_path, self._site],
            arguments=("--workers", slots, *(["--processes"] if processes else []), *arguments),
            lease_seconds=lease_seconds,
            queue_prefix=self.settings.queue_prefix,
            plugins_disabled=",".join(self.settings.plugins_disabled),
            **settings,
        )
        self.workers.append(worker)
        expected = slots if processes else 1
        wait_until(
            lambda: worker.has_ended or len({row.id for row in self.registry()} - before) >= expected,
            "the worker does not come up",
        )
        assert is_doomed or not worker.has_ended, worker.output
        return worker

    def registry(self) -> list[Worker]:
        """The worker registry."""
        with self._looking():
            return list(db.session.scalars(select(Worker).order_by(Worker.started_at)))

    def run(self, run: SteeredRun | int) -> BulkOperationRun:
        """A run as it stands."""
        with self._looking():
            return db.session.get_one(BulkOperationRun, _id(run), populate_existing=True)

    def become(
        self, run: SteeredRun | int, what: Callable[[BulkOperationRun], object], deadline: float = 40.0
    ) -> BulkOperationRun:
        """Wait until a run is what is expected; answers with it."""

        def look() -> BulkOperationRun | None:
            found = self.run(run)
            return found if what(found) else None

        return wait_until(look, f"run {_id(run)} is {self.run(run).status}", deadline)

    def end_of(self, run: SteeredRun | int, deadline: float = 40.0) -> BulkOperationRun:
        """Wait until a run has ended; answers with it."""
        return self.become(run, lambda found: found.is_final, deadline)

    def ledger(self, run: SteeredRun | int) -> dict[str, tuple[str, int]]:
        """Item -> (outcome, the attempt that worked on it)."""
        item = BulkOperationRunItem
        query = select(item.item_id, item.outcome, item.attempt).where(item.run_id == _id(run))
        with self._looking():
            rows = db.session.execute(query.order_by(item.id)).all()
        return {row.item_id: (str(row.outcome), row.attempt) for row in rows}

    def timeline(self, run: SteeredRun | int) -> list[EventKind]:
        """What happened to a run, in order."""
        event = BulkOperationRunEvent
        with self._looking():
            kinds = db.session.scalars(select(event.kind).where(event.run_id == _id(run)).order_by(event.id))
            return [EventKind(kind) for kind in kinds]

    def change(self, run: SteeredRun | int, **values: object) -> None:
        """Write columns of a run past the product: the past, mostly."""
        end_transaction()
        db.session.execute(update(BulkOperationRun).where(BulkOperationRun.id == _id(run)).values(**values))
        db.session.commit()

    @contextmanager
    def _looking(self) -> Iterator[None]:
        end_transaction()
        with reading():
            yield
            db.session.commit()


def _id(run: SteeredRun | int) -> int:
    return run if isinstance(run, int) else run.id
