"""A run begins: `pending`, with its audit entry, notification and timeline, in one transaction."""

from collections.abc import Callable, Sequence

from sqlalchemy import select, update

from app.core.db import JsonObject, db, execute, table_of
from app.core.errors import TenantAtlasError
from app.core.notifications import NotificationKind
from app.core.runs import balance, ledger
from app.core.runs.account import ITEM_IDS_KEPT
from app.core.runs.announcement import announce
from app.core.runs.events import EventKind, note
from app.core.runs.items import Outcome
from app.core.runs.lifecycle.inserting import given_columns, insert_alone, insert_pending, untouched
from app.core.runs.locked import LockedRun
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.new_run import Initiator, NewRun, Started
from app.core.statements import stands_alone

START_TRIES = 5


_runs = table_of(BulkOperationRun)


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
        run_id = _insert_committed(tenant_id, new, initiator, together)
        if run_id is not None:
            return Started(run_id, new.label, new.params, created=True)
        twin = _active_twin(tenant_id, new)
        if twin is not None:
            return twin
    message = f"{new.run_type}: an equal run kept starting and ending; start again"
    raise TenantAtlasError(message)


def _insert_committed(
    tenant_id: int, new: NewRun, initiator: Initiator, together: Callable[[int], None] | None
) -> int | None:
    is_all = together is None and initiator.user_id is None and not (new.item_ids or new.retry_of_id)
    if is_all and stands_alone():
        return insert_alone(*_row(tenant_id, new, initiator))
    run_id = insert_run(tenant_id, new, initiator)
    if run_id is not None:
        _commit_with(run_id, together)
    return run_id


def _row(tenant_id: int, new: NewRun, initiator: Initiator) -> tuple[JsonObject, JsonObject, str]:
    """Columns, details of the audit entry, and the timeline's sentence."""
    return given_columns(tenant_id, new, initiator), _audited(new), f"Started by {initiator.name}."


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
    given, details, said = _row(tenant_id, new, initiator)
    run_id = insert_pending(given, details, said)
    if run_id is None:
        return None
    columns = untouched() | given
    if new.retried_outcomes and new.retry_of_id is not None:
        columns |= _repeat_items(run_id, new.retry_of_id, new.retried_outcomes)
    elif new.item_ids:
        ledger.list_items(run_id, new.item_ids)
    if new.retry_of_id is not None:
        note(new.retry_of_id, EventKind.RETRIED, said=f"Repeated as run {run_id} by {initiator.name}.")
    announce(LockedRun(columns | {"id": run_id}), NotificationKind.QUEUED)
    return run_id


def _repeat_items(run_id: int, repeated_id: int, outcomes: Sequence[Outcome]) -> JsonObject:
    total = ledger.add_repeated(run_id, repeated_id, outcomes)
    changed = {"item_ids": balance.first_items(run_id, ITEM_IDS_KEPT), "total_items": total}
    execute(update(_runs).where(_runs.c.id == run_id), changed)
    return changed


def _audited(new: NewRun) -> JsonObject:
    details: JsonObject = {"run_type": new.run_type, "label": new.label, "inputs": new.shown_inputs}
    if new.retry_of_id is not None:
        details["retry_of"] = new.retry_of_id
    if new.caused_by_id is not None:
        details["caused_by"] = new.caused_by_id
    return details
