"""The row of a new run, with its audit entry and the first entry of its timeline."""

from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    Select,
    String,
    bindparam,
    cast,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from app.core import audit
from app.core.alone import execute_alone
from app.core.db import JsonObject, database_now, execute, table_of
from app.core.redaction import safe_inputs
from app.core.runs.account import ITEM_IDS_KEPT
from app.core.runs.events import EventKind, note, noted, said_of
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.new_run import Initiator, NewRun
from app.core.statements import constant, takes_several, upsert

RING_PATIENCE = 20.0  # seconds a ring may take to be heard before it is repeated
ACTION = "run.started"

_runs = table_of(BulkOperationRun)
_SET_BY_DATABASE = {
    "created_at": database_now(),
    "updated_at": database_now(),
    "ring_at": database_now(RING_PATIENCE),
}
_SET_ELSEWHERE = {"id", "audit_log_id", *_SET_BY_DATABASE}
_TOLD = ("id", "audit_log_id", "tenant_id", "user_id", "initiator", "attempt", "worker")
_NOTE_AUDIT = (
    update(_runs).where(_runs.c.id == bindparam("of_run")).values(audit_log_id=bindparam("entry_id"))
)


def given_columns(tenant_id: int, new: NewRun, initiator: Initiator) -> JsonObject:
    """The columns in which new runs differ; in all others they are `untouched`."""
    resource, _, action = new.run_type.partition(".")
    return {
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
        "retention": new.retention,
        "retry_of_id": new.retry_of_id,
        "caused_by_id": new.caused_by_id,
        "correlation_id": str(uuid4()),
    }


def untouched() -> JsonObject:
    """Columns of a run nobody has worked on, as the model declares them."""
    return {column.name: _default_of(column) for column in _runs.c if column.name not in _SET_ELSEWHERE}


def insert_pending(columns: JsonObject, details: JsonObject, said: str) -> int | None:
    """Insert a run in the current transaction, audited and noted as queued; one statement where that can be.

    Args:
        columns: from `given_columns`.
        details: of the audit entry.
        said: the timeline's sentence.

    Returns:
        Its number; nothing when an equal run is active: then nothing was written.
    """
    if takes_several():
        written: int | None = execute(_at_once(tuple(columns)), _values(columns, details, said)).scalar()
        return written
    run_id = execute(_insertion(tuple(columns), on_sqlite=True), _prefixed(columns)).scalar()
    if run_id is not None:
        _record(run_id, columns, details)
        note(run_id, EventKind.QUEUED, said=said)
    return run_id


def insert_alone(columns: JsonObject, details: JsonObject, said: str) -> int | None:
    """The same as a transaction of its own, where `stands_alone`."""
    row = execute_alone(_at_once(tuple(columns)), _values(columns, details, said))
    return None if row is None else int(row["id"])


def _values(columns: JsonObject, details: JsonObject, said: str) -> JsonObject:
    return _prefixed(columns) | {"audit_details": safe_inputs(details), "said": said_of(said)}


def _prefixed(columns: JsonObject) -> JsonObject:
    return {f"new_{name}": value for name, value in columns.items()}


def _record(run_id: int, columns: JsonObject, details: JsonObject) -> None:
    about = {"user_id": columns["user_id"], "actor": columns["initiator"], "details": details}
    entry_id = audit.record(columns["tenant_id"], ACTION, f"run:{run_id}", **about)
    execute(_NOTE_AUDIT, {"of_run": run_id, "entry_id": entry_id})


@cache
def _at_once(given: tuple[str, ...]) -> Select[tuple[int]]:
    """Run, audit entry and event in one statement, which gives the run's number; for PostgreSQL."""
    run = _insertion(given, on_sqlite=False).cte("run")
    entry = audit.recorded(
        ACTION,
        entry_id=run.c.audit_log_id,
        tenant_id=run.c.tenant_id,
        subject=literal("run:") + cast(run.c.id, String),
        user_id=run.c.user_id,
        actor=run.c.initiator,
    )
    event = noted(run, EventKind.QUEUED, bindparam("said", type_=String()))
    return select(run.c.id).add_cte(entry.cte("entry"), event.cte("event"))


@cache
def _insertion(given: tuple[str, ...], *, on_sqlite: bool) -> ReturningInsert[*tuple[Any, ...]]:
    """The insert that lets one of several equal runs through; built once, it is compiled once.

    What is the same in every new run stands in its text: psycopg reads a text with more than 50 parameters
    anew each time, which costs as much as the rest of the statement.
    """
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=_runs.c[name].type) for name in given}
    values |= {name: constant(value) for name, value in untouched().items() if name not in given}
    values |= _SET_BY_DATABASE
    if not on_sqlite:
        values["audit_log_id"] = audit.NEXT_ID
    only_one = (
        upsert(BulkOperationRun, on_sqlite=on_sqlite)
        .values(values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "idempotency_key"], index_where=ACTIVE_PREDICATE)
    )
    returning: ReturningInsert[*tuple[Any, ...]] = only_one.returning(*(_runs.c[name] for name in _TOLD))
    return returning


def _default_of(column: Column[Any]) -> object:
    default = column.default
    if isinstance(default, CallableColumnDefault):
        return default.arg(None)  # type: ignore[arg-type]  # ours look at no context
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None
