"""A run begins: `pending`, with its audit entry, notification and timeline, in one transaction."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from app.core import audit
from app.core.db import JsonObject, database_now, db, execute, table_of
from app.core.errors import TenantAtlasError
from app.core.notifications import NotificationKind
from app.core.runs import ledger
from app.core.runs.account import ITEM_IDS_KEPT
from app.core.runs.announcement import announce
from app.core.runs.events import EventKind, note
from app.core.runs.items import Outcome
from app.core.runs.locked import LockedRun
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.new_run import Initiator, NewRun, Started

START_TRIES = 5
RING_PATIENCE = 20.0  # seconds a ring may take to be heard before it is repeated


_runs = table_of(BulkOperationRun)
_SET_BY_DATABASE = ("id", "created_at", "updated_at", "ring_at")
_NOTE_AUDIT = (
    update(_runs).where(_runs.c.id == bindparam("of_run")).values(audit_log_id=bindparam("entry_id"))
)


def start(
    tenant_id: int,
    new: NewRun,
    initiator: Initiator,
    *,
    together: Callable[[int], None] | None = None,
) -> Started:
    """Insert a pending run, or find the active twin; commits.

    Args:
        tenant_id: where.
        new: what.
        initiator: who.
        together: writes more in the same transaction, just before its commit; what it raises undoes the
            start.

    Raises:
        TenantAtlasError: the twin kept vanishing while we looked; start again.
    """
    for _ in range(START_TRIES):
        run_id = insert_run(tenant_id, new, initiator)
        if run_id is not None:
            _commit_with(run_id, together)
            return Started(run_id, new.label, new.params, created=True)
        twin = _active_twin(tenant_id, new)
        if twin is not None:
            return twin
    message = f"{new.run_type}: an equal run kept starting and ending; start again"
    raise TenantAtlasError(message)


def _commit_with(run_id: int, together: Callable[[int], None] | None) -> None:
    try:
        if together is not None:
            together(run_id)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def _active_twin(tenant_id: int, new: NewRun) -> Started | None:
    run = BulkOperationRun
    query = select(run.id, run.label, run.params).where(
        run.tenant_id == tenant_id, run.idempotency_key == new.idempotency_key, ACTIVE_PREDICATE
    )
    twin = db.session.execute(query).one_or_none()
    db.session.commit()
    return None if twin is None else Started(twin.id, twin.label, twin.params, created=False)


def insert_run(tenant_id: int, new: NewRun, initiator: Initiator) -> int | None:
    """Add a pending run to the current transaction; its number, or nothing when an equal one is active."""
    columns = _insert_pending(tenant_id, new, initiator)
    if columns is None:
        return None
    run_id: int = columns["id"]
    if new.retried_outcomes and new.retry_of_id is not None:
        columns |= _repeat_items(run_id, new.retry_of_id, new.retried_outcomes)
    elif new.item_ids:
        ledger.list_items(run_id, new.item_ids)
    _record(run_id, tenant_id, new, initiator)
    note(run_id, EventKind.QUEUED, said=f"Started by {initiator.name}.")
    if new.retry_of_id is not None:
        note(new.retry_of_id, EventKind.RETRIED, said=f"Repeated as run {run_id} by {initiator.name}.")
    announce(LockedRun(columns), NotificationKind.QUEUED)
    return run_id


def _repeat_items(run_id: int, repeated_id: int, outcomes: Sequence[Outcome]) -> JsonObject:
    total = ledger.add_repeated(run_id, repeated_id, outcomes)
    changed = {"item_ids": ledger.first_items(run_id, ITEM_IDS_KEPT), "total_items": total}
    execute(update(_runs).where(_runs.c.id == run_id), changed)
    return changed


def _record(run_id: int, tenant_id: int, new: NewRun, initiator: Initiator) -> None:
    entry_id = audit.record(
        tenant_id,
        "run.started",
        f"run:{run_id}",
        user_id=initiator.user_id,
        actor=initiator.name,
        details=_audited(new),
    )
    execute(_NOTE_AUDIT, {"of_run": run_id, "entry_id": entry_id})


def _audited(new: NewRun) -> JsonObject:
    details: JsonObject = {"run_type": new.run_type, "label": new.label, "inputs": new.shown_inputs}
    if new.retry_of_id is not None:
        details["retry_of"] = new.retry_of_id
    if new.caused_by_id is not None:
        details["caused_by"] = new.caused_by_id
    return details


def _insert_pending(tenant_id: int, new: NewRun, initiator: Initiator) -> JsonObject | None:
    """Insert the row; every column of it, or nothing when an equal run is active."""
    resource, _, action = new.run_type.partition(".")
    columns = {
        **_untouched(),
        "tenant_id": tenant_id,
        "user_id": initiator.user_id,
        "initiator": initiator.name[:255],
        "resource": resource,
        "action": action,
        "idempotency_key": new.idempotency_key,
        "item_ids": list(new.item_ids[:ITEM_IDS_KEPT]),
        "total_items": len(new.item_ids),
        "items_listed": new.items_listed,
        "label": new.label,
        "plugin": new.plugin,
        "plugin_version": new.plugin_version,
        "params": new.params,
        "shown_inputs": new.shown_inputs,
        "resumable": new.resumable,
        "idempotent_items": new.idempotent_items,
        "max_attempts": new.max_attempts,
        "max_runtime": new.max_runtime,
        "concurrency": new.concurrency,
        "retry_of_id": new.retry_of_id,
        "caused_by_id": new.caused_by_id,
        "correlation_id": str(uuid4()),
    }
    run_id = execute(_insertion(db.session.get_bind().dialect.name), columns).scalar()
    return None if run_id is None else {**columns, "id": run_id}


def _untouched() -> JsonObject:
    """Columns of a run nobody has worked on, as the model declares them; the database sets the rest."""
    return {column.name: _default_of(column) for column in _runs.c if column.name not in _SET_BY_DATABASE}


def _default_of(column: Column[Any]) -> object:
    default = column.default
    if isinstance(default, CallableColumnDefault):
        return default.arg(None)  # type: ignore[arg-type]  # ours look at no context
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


@cache
def _insertion(dialect_name: str) -> ReturningInsert[*tuple[Any, ...]]:
    """The insert that lets one of several equal runs through; built once, it is compiled once."""
    dialect = sqlite if dialect_name == "sqlite" else postgresql
    now, later = database_now(), database_now(RING_PATIENCE)
    statement = dialect.insert(_runs).values(created_at=now, updated_at=now, ring_at=later)
    only_one = statement.on_conflict_do_nothing(
        index_elements=["tenant_id", "idempotency_key"], index_where=ACTIVE_PREDICATE
    )
    returning: ReturningInsert[*tuple[Any, ...]] = only_one.returning(_runs.c.id)
    return returning
