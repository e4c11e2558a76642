"""A run's row as the lifecycle holds it under a lock: narrow when read, and only what changed is written."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, select, update

from app.core.db import JsonObject, database_now, execute, table_of
from app.core.runs.figures import RunFigures
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.statements import Change

_runs = table_of(BulkOperationRun)
_NAMES = frozenset(_runs.c.keys())


class LockedRun(RunFigures):
    """One run's columns; nobody else changes them until this transaction ends. `write` writes what is set."""

    id: int
    tenant_id: int
    user_id: int | None
    initiator: str
    resource: str
    action: str
    label: str
    status: RunStatus
    total_items: int
    processed_items: int
    succeeded: int
    failed: int
    skipped: int
    unknown: int
    failures: list[Any] | None
    failure_totals: dict[str, Any]
    report_totals: dict[str, Any]
    resumable: bool
    idempotent_items: bool
    max_attempts: int
    attempt: int
    lost_attempts: int
    worker: str | None
    created_at: datetime
    abort_requested_at: datetime | None

    # Set, never read: a flush must not fetch the ids of a thousand items.
    item_ids: list[str]
    summary: JsonObject
    related_links: list[Any]
    lease_token: str | None
    lease_expires_at: datetime | None
    deadline_at: datetime | None
    rings: int
    ring_at: datetime
    progress_at: datetime
    updated_at: datetime
    finished_at: datetime

    def __init__(self, columns: JsonObject) -> None:
        """Take what was read."""
        self.__dict__.update(columns)
        self._read = columns

    @property
    def changes(self) -> JsonObject:
        """Columns that were set since they were read, with their values."""
        unread = object()
        return {
            name: value
            for name, value in self.__dict__.items()
            if name in _NAMES and self._read.get(name, unread) is not value
        }


_SET_ONLY = (
    "item_ids",
    "summary",
    "related_links",
    "lease_token",
    "lease_expires_at",
    "deadline_at",
    "rings",
    "ring_at",
    "progress_at",
    "updated_at",
    "finished_at",
)
_READ = [_runs.c[name] for name in LockedRun.__annotations__ if name not in _SET_ONLY]


def locking() -> Select[*tuple[Any, ...]]:
    """The narrow columns and the database's time as `moment`; to be narrowed to one run, which it locks."""
    return select(*_READ, database_now().label("moment")).with_for_update(of=_runs)


def write(run: LockedRun) -> None:
    """Write what was set on a locked run, and raise its version."""
    execute(*writing(run))


def writing(run: LockedRun) -> Change:
    """The statement that writes what was set on a locked run, to be executed with another."""
    changes = run.changes | {"status_bucket": run.bucket}
    return _writing(tuple(changes)), {"of_run": run.id} | {f"to_{name}": v for name, v in changes.items()}


@cache
def _writing(names: tuple[str, ...]) -> Update:
    """The update of these columns; built once, it is compiled once."""
    values: dict[str, Any] = {name: bindparam(f"to_{name}", type_=_runs.c[name].type) for name in names}
    return (
        update(_runs)
        .where(_runs.c.id == bindparam("of_run"))
        .values(values | {"version": _runs.c.version + 1})
    )
