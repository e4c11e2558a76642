"""A worker takes a pending run."""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias
from uuid import uuid4

from sqlalchemy import (
    Float,
    RowMapping,
    Select,
    String,
    Update,
    any_,
    bindparam,
    false,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.alone import execute_alone
from app.core.db import JsonObject, database_now, db, execute, table_of
from app.core.runs.events import EventKind, note, noted
from app.core.runs.lease import PLAIN, ClaimedRun
from app.core.runs.lifecycle.durability import durability
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.statements import stands_alone, takes_several
from app.core.tenants import Tenant

Claimed: TypeAlias = RowMapping | JsonObject  # `_TAKEN`, `is_plain` and the tenant's columns

_runs, _tenants = table_of(BulkOperationRun), table_of(Tenant)
_TENANT = [column.label(f"tenant_{column.name}") for column in _tenants.c]
_TAKEN = (
    _runs.c.id,
    _runs.c.worker,
    _runs.c.resource,
    _runs.c.action,
    _runs.c.params,
    _runs.c.attempt,
    _runs.c.resumable,
    _runs.c.idempotent_items,
    _runs.c.items_listed,
    _runs.c.max_runtime,
    _runs.c.concurrency,
    (_runs.c.succeeded + _runs.c.skipped > 0).label("has_good_items"),
)
_CLAIM = (
    update(_runs)
    .where(_runs.c.id == bindparam("of_run"), _runs.c.status == RunStatus.PENDING)
    .values(
        status=RunStatus.RUNNING,
        status_bucket=StatusBucket.RUNNING,
        lease_token=bindparam("token"),
        lease_expires_at=database_now(bindparam("lease_seconds", type_=Float())),
        deadline_at=database_now(_runs.c.max_runtime),
        worker=bindparam("by"),
        attempt=_runs.c.attempt + 1,
        started_at=func.coalesce(_runs.c.started_at, database_now()),
        progress_at=database_now(),
        updated_at=database_now(),
        version=_runs.c.version + 1,
    )
)
# SQLite's RETURNING knows no second table.
_CLAIM_WITH_TENANT = _CLAIM.returning(
    *_TAKEN,
    false().label("is_plain"),  # nobody asks there, and in its RETURNING no column IS NULL
    *(
        select(label.element).where(_tenants.c.id == _runs.c.tenant_id).scalar_subquery().label(label.name)
        for label in _TENANT
    ),
)


def _noted(claim: Update) -> Select[*tuple[Any, ...]]:
    """The claim with its entry in the timeline, and the tenant read along; for PostgreSQL."""
    run = claim.returning(*_TAKEN, PLAIN.label("is_plain"), _runs.c.tenant_id.label("of_tenant")).cte("run")
    # A claim that a crash undoes leaves a pending run, and a worker without a valid lease.
    query = select(run, *_TENANT, durability(run.c.resumable))
    query = query.join(_tenants, _tenants.c.id == run.c.of_tenant)
    return query.add_cte(noted(run, EventKind.CLAIMED).cte("noted"))


_CLAIM_NOTED = _noted(_CLAIM)
_CLAIM_ALONE = _noted(
    _CLAIM.where(
        _runs.c.concurrency.is_(None),
        _runs.c.resource + "." + _runs.c.action == any_(bindparam("offered", type_=ARRAY(String))),
    )
)


def claim(
    run_id: int, worker: str, lease_seconds: float, *, offered: Mapping[str, Collection[str]] | None = None
) -> ClaimedRun | None:
    """Take a pending run for this worker; commits.

    Args:
        run_id: number of the run.
        worker: name of the claiming worker, unique per boot.
        lease_seconds: how long silence is tolerated.
        offered: what the worker can execute, each with all run types that count as one; none given: any.

    Returns:
        The lease with what the worker must know, or nothing: the run is not pending (any more), is of another
        type, or others of its type fill its tenant's limit.
    """
    token = str(uuid4())
    values = {"of_run": run_id, "token": token, "lease_seconds": lease_seconds, "by": worker[:120]}
    row = _claim_alone(values, offered) or _claim_beside_others(values, offered)
    if row is None:
        return None
    return ClaimedRun(
        run_id,
        token,
        lease_seconds,
        row["attempt"],
        worker,
        tenant=_tenant_of(row),
        run_type=_run_type_of(row),
        params=row["params"],
        resumable=row["resumable"],
        idempotent_items=row["idempotent_items"],
        items_listed=row["items_listed"],
        max_runtime=row["max_runtime"],
        concurrency=row["concurrency"],
        has_good_items=row["has_good_items"],
        is_plain=row["is_plain"],
    )


def _claim_alone(values: JsonObject, offered: Mapping[str, Collection[str]] | None) -> Claimed | None:
    """Take a run that no limit holds back, in one round trip; nothing: look at it more closely."""
    if offered is None or not stands_alone():
        return None
    return execute_alone(_CLAIM_ALONE, values | {"offered": list(offered)})


def _claim_beside_others(values: JsonObject, offered: Mapping[str, Collection[str]] | None) -> Claimed | None:
    """Take a run if it is offered and its tenant's limit allows; commits."""
    row = execute(_CLAIM_NOTED if takes_several() else _CLAIM_WITH_TENANT, values).mappings().one_or_none()
    if row is None or not _may_run(row, offered):
        db.session.rollback()
        return None
    if not takes_several():
        note(row["id"], EventKind.CLAIMED, attempt=row["attempt"], worker=row["worker"])
    db.session.commit()
    return row


def _may_run(row: Claimed, offered: Mapping[str, Collection[str]] | None) -> bool:
    run_type = _run_type_of(row)
    kin = [run_type] if offered is None else offered.get(run_type)
    return kin is not None and _may_run_beside_others(row, kin)


def _run_type_of(row: Claimed) -> str:
    return "{resource}.{action}".format_map(row)


def _tenant_of(row: Claimed) -> Tenant:
    """The tenant that was read along, apart from the session: a look at its slug must open no transaction."""
    return Tenant(**{column.name: row[f"tenant_{column.name}"] for column in _tenants.c})


def _may_run_beside_others(row: Claimed, kin: Collection[str]) -> bool:
    """Whether a run that was claimed in this transaction keeps its tenant's limit.

    Claims of one tenant count one after the other: the second sees what the first has committed.
    """
    if row["concurrency"] is None:
        return True
    db.session.execute(select(Tenant.id).where(Tenant.id == row["tenant_id"]).with_for_update(key_share=True))
    running = select(func.count()).where(
        _runs.c.tenant_id == row["tenant_id"],
        BulkOperationRun.is_of(kin),
        _runs.c.status_bucket == StatusBucket.RUNNING,
        _runs.c.status == RunStatus.RUNNING,
    )
    return int(execute(running).scalar_one()) <= int(row["concurrency"])
