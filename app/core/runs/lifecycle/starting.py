"""A run begins: `pending`, with its audit entry, notification and timeline, in one transaction."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from app.core import audit
from app.core.db import JsonObject, database_now, db, execute, table_of
from app.core.errors import TenantAtlasError
from app.core.notifications import NotificationKind
from app.core.runs import ledger
from app.core.runs.account import ITEM_IDS_KEPT
from app.core.runs.announcement import announce
from app.core.runs.events import EventKind, note
from app.core.runs.items import Outcome
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.new_run import Initiator, NewRun, Started

START_TRIES = 5
RING_PATIENCE = 20.0  # seconds a ring may take to be heard before it is repeated


_runs = table_of(BulkOperationRun)
_NOTE_AUDIT = (
    update(BulkOperationRun)
    .where(BulkOperationRun.id == bindparam("of_run"))
    .values(audit_log_id=bindparam("entry_id"))
    .returning(BulkOperationRun)
    .execution_options(synchronize_session=False)
)


def start(
    tenant_id: int,
    new: NewRun,
    initiator: Initiator,
    *,
    together: Callable[[BulkOperationRun], None] | None = None,
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
        run = insert_run(tenant_id, new, initiator)
        if run is not None:
            _commit_with(run, together)
            return Started(run, created=True)
        twin = _active_twin(tenant_id, new)
        if twin is not None:
            return Started(twin, created=False)
    message = f"{new.run_type}: an equal run kept starting and ending; start again"
    raise TenantAtlasError(message)


def _commit_with(run: BulkOperationRun, together: Callable[[BulkOperationRun], None] | None) -> None:
    try:
        if together is not None:
            together(run)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def _active_twin(tenant_id: int, new: NewRun) -> BulkOperationRun | None:
    run = BulkOperationRun
    query = select(run).where(
        run.tenant_id == tenant_id, run.idempotency_key == new.idempotency_key, ACTIVE_PREDICATE
    )
    twin = db.session.scalar(query)
    db.session.commit()
    return twin


def insert_run(tenant_id: int, new: NewRun, initiator: Initiator) -> BulkOperationRun | None:
    """Add a pending run to the current transaction; nothing when an equal one is active."""
    run_id = _insert_pending(tenant_id, new, initiator)
    if run_id is None:
        return None
    if new.retried_outcomes and new.retry_of_id is not None:
        _repeat_items(run_id, new.retry_of_id, new.retried_outcomes)
    elif new.item_ids:
        ledger.list_items(run_id, new.item_ids)
    entry_id = audit.record(
        tenant_id,
        "run.started",
        f"run:{run_id}",
        user_id=initiator.user_id,
        actor=initiator.name,
        details=_audited(new),
    )
    run = db.session.scalars(_NOTE_AUDIT, {"of_run": run_id, "entry_id": entry_id}).one()
    note(run_id, EventKind.QUEUED, said=f"Started by {initiator.name}.")
    if new.retry_of_id is not None:
        note(new.retry_of_id, EventKind.RETRIED, said=f"Repeated as run {run_id} by {initiator.name}.")
    announce(run, NotificationKind.QUEUED)
    return run


def _repeat_items(run_id: int, repeated_id: int, outcomes: Sequence[Outcome]) -> None:
    total = ledger.add_repeated(run_id, repeated_id, outcomes)
    values = {"item_ids": ledger.first_items(run_id, ITEM_IDS_KEPT), "total_items": total}
    execute(update(_runs).where(_runs.c.id == run_id), values)


def _audited(new: NewRun) -> JsonObject:
    details: JsonObject = {"run_type": new.run_type, "label": new.label, "inputs": new.shown_inputs}
    if new.retry_of_id is not None:
        details["retry_of"] = new.retry_of_id
    if new.caused_by_id is not None:
        details["caused_by"] = new.caused_by_id
    return details


def _insert_pending(tenant_id: int, new: NewRun, initiator: Initiator) -> int | None:
    resource, _, action = new.run_type.partition(".")
    values = {
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
    statement = _insertion(db.session.get_bind().dialect.name)
    run_id: int | None = execute(statement, values).scalar()
    return run_id


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
