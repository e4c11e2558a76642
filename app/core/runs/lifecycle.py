"""The only writer of a run's status: start, claim, record progress, finish, abort.

Every write names the state it expects (compare-and-set), so a late or double caller changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from app.core import audit, clock
from app.core.db import JsonObject, changed_rows, db
from app.core.errors import LeaseLostError, TenantAtlasError
from app.core.notifications import NotificationKind, notify
from app.core.redaction import safe_reason
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun, BulkOperationRunItem
from app.core.runs.status import ACTIVE, RunStatus
from app.core.runs.tally import FailureEntry, Outcome, Tally, failure_entry
from app.core.tenants import Tenant
from app.core.users import User

START_TRIES = 5
FAILURES_KEPT = 50  # entries in the sample on the run; totals per reason code are complete


@dataclass(frozen=True)
class NewRun:
    """Everything a start writes.

    Attributes:
        run_type: `resource.action`.
        idempotency_key: unique per tenant among active runs; none: never shared.
        item_ids: known at the start; may be empty.
    """

    run_type: str
    label: str
    plugin: str
    plugin_version: str
    params: JsonObject
    shown_inputs: JsonObject
    item_ids: Sequence[str] = ()
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Started:
    """Answer to a start: the run, and whether this call made it (else it was active already)."""

    run: BulkOperationRun
    created: bool


@dataclass(frozen=True)
class Lease:
    """A claim on a running run; every write under it is fenced by the token."""

    run_id: int
    token: str
    seconds: float


def start(tenant: Tenant, new: NewRun, user: User | None = None) -> Started:
    """Insert a pending run with audit entry and notification in one transaction, or find the active twin.

    Raises:
        TenantAtlasError: the twin kept vanishing while we looked; start again.
    """
    for _ in range(START_TRIES):
        run_id = _insert_pending(tenant, new, user)
        if run_id is not None:
            run = db.session.get_one(BulkOperationRun, run_id)
            _record_start(run, user)
            db.session.commit()
            return Started(run, created=True)
        run_or_none = db.session.scalar(
            select(BulkOperationRun).where(
                BulkOperationRun.tenant_id == tenant.id,
                BulkOperationRun.idempotency_key == new.idempotency_key,
                BulkOperationRun.status.in_(ACTIVE),
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
    claimed = _change(values, BulkOperationRun.id == run_id, BulkOperationRun.status == RunStatus.PENDING)
    db.session.commit()
    return Lease(run_id, token, lease_seconds) if claimed else None


def renew(lease: Lease) -> bool:
    """Prolong a lease without any other change (heartbeat); commits; false when it was lost."""
    query = update(BulkOperationRun).where(*_held(lease))
    renewed = changed_rows(query.values(lease_expires_at=_expiry(lease))) == 1
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
    _write_tally(lease, tally, expected, {"lease_expires_at": _expiry(lease), "progress_at": clock.now()})
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
    _write_tally(lease, tally, expected, {"summary": summary or {}, "related_links": list(related_links)})
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


def _record_start(run: BulkOperationRun, user: User | None) -> None:
    entry = audit.record(
        run.tenant_id,
        "run.started",
        f"run:{run.id}",
        user_id=run.user_id,
        actor=run.initiator,
        details={"run_type": run.run_type, "label": run.label, "inputs": run.shown_inputs},
    )
    run.audit_log_id = entry.id
    if user is not None:
        _notify(run, NotificationKind.QUEUED)


def _write_tally(lease: Lease, tally: Tally, expected: Sequence[str] | None, more: JsonObject) -> None:
    """Ledger rows and counter deltas under the lease; the caller commits."""
    failures = tally.failures
    values: JsonObject = {
        **more,
        "processed_items": BulkOperationRun.processed_items + len(tally.outcomes),
        "succeeded": BulkOperationRun.succeeded + tally.count(Outcome.SUCCEEDED),
        "failed": BulkOperationRun.failed + tally.count(Outcome.FAILED),
        "skipped": BulkOperationRun.skipped + tally.count(Outcome.SKIPPED),
    }
    if expected is not None:
        values |= {"item_ids": list(expected), "total_items": len(expected)}
    if failures:
        values |= _merged_failures(lease.run_id, failures)
    if not _change(values, *_held(lease)):
        db.session.rollback()
        message = f"run {lease.run_id} is no longer held by this worker"
        raise LeaseLostError(message)
    if tally.outcomes:
        db.session.execute(
            insert(BulkOperationRunItem), [_ledger_row(lease, tally, i) for i in range(len(tally.outcomes))]
        )


def _merged_failures(run_id: int, new: Sequence[FailureEntry]) -> JsonObject:
    """Bounded sample and complete totals with `new` added; safe because only the lease holder writes them."""
    query = select(BulkOperationRun.failures, BulkOperationRun.failure_totals).where(
        BulkOperationRun.id == run_id
    )
    kept, totals = db.session.execute(query).one()
    totals = dict(totals)
    for entry in new:
        totals[entry["reason_code"]] = totals.get(entry["reason_code"], 0) + 1
    return {"failures": ([*(kept or []), *new])[:FAILURES_KEPT], "failure_totals": totals}


def _ledger_row(lease: Lease, tally: Tally, index: int) -> JsonObject:
    item = tally.outcomes[index]
    failure = item.failure or {}
    return {
        "run_id": lease.run_id,
        "item_id": item.item_id,
        "outcome": item.outcome,
        "reason_code": failure.get("reason_code"),
        "reason": failure.get("reason"),
    }


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
    if run.user_id is not None:
        _notify(run, NotificationKind.FINISHED)


def _notify(run: BulkOperationRun, kind: NotificationKind) -> None:
    if run.user_id is None:
        return
    first = (run.failures or [{}])[0]
    notify(
        run.tenant_id,
        run.user_id,
        run.id,
        kind,
        run_type=run.run_type,
        title=run.label,
        status_bucket=run.bucket,
        counts=run.counts,
        error_summary=safe_reason(first["reason"]) if first else None,
    )


def _change(values: JsonObject, *condition: ColumnElement[bool]) -> bool:
    query = update(BulkOperationRun).where(*condition).execution_options(synchronize_session=False)
    values = {**values, "updated_at": clock.now(), "version": BulkOperationRun.version + 1}
    return changed_rows(query.values(values)) == 1


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        BulkOperationRun.id == lease.run_id,
        BulkOperationRun.status == RunStatus.RUNNING,
        BulkOperationRun.lease_token == lease.token,
    )


def _expiry(lease: Lease) -> object:
    return clock.now() + timedelta(seconds=lease.seconds)
