"""The only writer of a run's status: start, claim, record progress, finish, abort.

Every write names the state it expects (compare-and-set), so a late or double caller changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from app.core import audit, clock
from app.core.db import JsonObject, changed_rows, db
from app.core.errors import TenantAtlasError
from app.core.notifications import NotificationKind
from app.core.runs.announcement import announce
from app.core.runs.lease import Lease, held
from app.core.runs.ledger import FAILURES_KEPT, change_run, write_tally
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.new_run import NewRun, Started
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally, failure_entry
from app.core.tenants import Tenant
from app.core.users import User

START_TRIES = 5


def start(tenant: Tenant, new: NewRun, user: User | None = None) -> Started:
    """Insert a pending run with audit entry and notification in one transaction, or find the active twin.

    Raises:
        TenantAtlasError: the twin kept vanishing while we looked; start again.
    """
    for _ in range(START_TRIES):
        run_id = _insert_pending(tenant, new, user)
        if run_id is not None:
            run = db.session.get_one(BulkOperationRun, run_id)
            _record_start(run)
            db.session.commit()
            return Started(run, created=True)
        run_or_none = db.session.scalar(
            select(BulkOperationRun).where(
                BulkOperationRun.tenant_id == tenant.id,
                BulkOperationRun.idempotency_key == new.idempotency_key,
                ACTIVE_PREDICATE,
            )
        )
        db.session.commit()
        if run_or_none is not None:
            return Started(run_or_none, created=False)
    message = f"{new.run_type}: an equal run kept starting and ending; start again"
    raise TenantAtlasError(message)


def claim(run_id: int, worker: str, lease_seconds: float) -> Lease | None:
    """Take a pending run for this worker; commits.

    Args:
        run_id: number of the run.
        worker: name of the claiming worker, unique per boot.
        lease_seconds: how long silence is tolerated.

    Returns:
        The lease, or nothing when the run is not pending (any more).
    """
    token, now = str(uuid4()), clock.now()
    values = {
        "status": RunStatus.RUNNING,
        "lease_token": token,
        "lease_expires_at": now + timedelta(seconds=lease_seconds),
        "worker": worker[:120],
        "attempt": BulkOperationRun.attempt + 1,
        "started_at": func.coalesce(BulkOperationRun.started_at, now),
        "progress_at": now,
    }
    claimed = change_run(values, BulkOperationRun.id == run_id, BulkOperationRun.status == RunStatus.PENDING)
    db.session.commit()
    return Lease(run_id, token, lease_seconds) if claimed else None


def renew(lease: Lease) -> bool:
    """Prolong a lease without any other change (heartbeat); commits; false when it was lost."""
    query = update(BulkOperationRun).where(*held(lease))
    renewed = changed_rows(query.values(lease_expires_at=lease.expiry)) == 1
    db.session.commit()
    return renewed


def record_progress(lease: Lease, tally: Tally, *, expected: Sequence[str] | None = None) -> bool:
    """Add the outcomes counted since the last flush; commits; renews the lease.

    Args:
        lease: the claim under which the caller works.
        tally: deltas, in items.
        expected: all item ids, when items were added since the last flush.

    Returns:
        Whether somebody asked the run to stop.

    Raises:
        LeaseLostError: another worker claimed the run, or it is final; nothing was written.

    Source:
        docs/lifecycle.md, "Progress".
    """
    write_tally(lease, tally, expected, {"lease_expires_at": lease.expiry, "progress_at": clock.now()})
    asked = db.session.scalar(
        select(BulkOperationRun.abort_requested_at.is_not(None)).where(BulkOperationRun.id == lease.run_id)
    )
    db.session.commit()
    return bool(asked)


def finish(
    lease: Lease,
    status: RunStatus,
    tally: Tally,
    *,
    expected: Sequence[str] | None = None,
    summary: JsonObject | None = None,
    related_links: Sequence[Mapping[str, str]] = (),
) -> BulkOperationRun:
    """End a run once: last counters, failures, links and notification in one transaction.

    A `completed` run with failures or items left is `completed_with_errors`.

    Raises:
        LeaseLostError: the run is no longer held under this lease; nothing was written.
    """
    write_tally(lease, tally, expected, {"summary": summary or {}, "related_links": list(related_links)})
    run = db.session.get_one(BulkOperationRun, lease.run_id, populate_existing=True)
    if status is RunStatus.COMPLETED and (run.failure_totals or run.processed_items < run.total_items):
        status = RunStatus.COMPLETED_WITH_ERRORS
    _end(run, status)
    db.session.commit()
    return run


def fail_unclaimed(run_id: int, reason_code: str, reason: str) -> bool:
    """End a pending run that can never be executed; commits; false when it was not pending (any more)."""
    return _fail(
        reason_code, reason, BulkOperationRun.id == run_id, BulkOperationRun.status == RunStatus.PENDING
    )


def fail_lost(run_id: int, token: str) -> bool:
    """End a running run whose lease expired; commits; false when its worker came back."""
    return _fail(
        "worker_lost",
        "The worker stopped answering; what it had finished is counted.",
        BulkOperationRun.id == run_id,
        BulkOperationRun.status == RunStatus.RUNNING,
        BulkOperationRun.lease_token == token,
        BulkOperationRun.lease_expires_at < clock.now(),
    )


def note_ring(run_id: int) -> None:
    """Remember that the doorbell was rung again for a pending run; commits."""
    db.session.execute(
        update(BulkOperationRun)
        .where(BulkOperationRun.id == run_id, BulkOperationRun.status == RunStatus.PENDING)
        .values(rung_at=clock.now())
    )
    db.session.commit()


def _insert_pending(tenant: Tenant, new: NewRun, user: User | None) -> int | None:
    dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
    resource, _, action = new.run_type.partition(".")
    items = list(new.item_ids)
    statement = dialect.insert(BulkOperationRun).values(
        tenant_id=tenant.id,
        user_id=user.id if user else None,
        initiator=user.email if user else audit.SYSTEM,
        resource=resource,
        action=action,
        idempotency_key=new.idempotency_key,
        item_ids=items,
        total_items=len(items),
        label=new.label,
        plugin=new.plugin,
        plugin_version=new.plugin_version,
        params=new.params,
        shown_inputs=new.shown_inputs,
        correlation_id=str(uuid4()),
    )
    only_one = statement.on_conflict_do_nothing(
        index_elements=["tenant_id", "idempotency_key"], index_where=ACTIVE_PREDICATE
    )
    run_id: int | None = db.session.scalar(only_one.returning(BulkOperationRun.id))
    return run_id


def _record_start(run: BulkOperationRun) -> None:
    entry = audit.record(
        run.tenant_id,
        "run.started",
        f"run:{run.id}",
        user_id=run.user_id,
        actor=run.initiator,
        details={"run_type": run.run_type, "label": run.label, "inputs": run.shown_inputs},
    )
    run.audit_log_id = entry.id
    announce(run, NotificationKind.QUEUED)


def _fail(reason_code: str, reason: str, *condition: ColumnElement[bool]) -> bool:
    run = db.session.scalar(
        select(BulkOperationRun).where(*condition).with_for_update().execution_options(populate_existing=True)
    )
    if run is None:
        db.session.rollback()
        return False
    entry = failure_entry(reason_code, reason)
    run.failures = [*(run.failures or []), entry][-FAILURES_KEPT:]
    run.failure_totals = {**run.failure_totals, reason_code: run.failure_totals.get(reason_code, 0) + 1}
    _end(run, RunStatus.FAILED)
    db.session.commit()
    return True


def _end(run: BulkOperationRun, status: RunStatus) -> None:
    """Write the final state of a row this transaction has locked, and tell its initiator."""
    run.status = status
    run.lease_token = run.lease_expires_at = None
    run.finished_at = run.updated_at = clock.now()
    run.version += 1
    db.session.flush()
    announce(run, NotificationKind.FINISHED)
