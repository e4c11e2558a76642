"""A plain run is completed in one round trip, where the database can."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, bindparam, select, update

from app.core import outbox
from app.core.alone import execute_alone
from app.core.db import JsonObject, database_now, table_of
from app.core.runs.counts import counted, counted_columns
from app.core.runs.events import EventKind, noted
from app.core.runs.findings import new_findings
from app.core.runs.lease import PLAIN, ClaimedRun, Lease
from app.core.runs.lifecycle.durability import durability
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus, StatusBucket
from app.core.severity import worst_rank
from app.core.statements import stands_alone

_runs = table_of(BulkOperationRun)
# A crash that undoes such an end leaves a running run, which the rescue gives to another worker.
_MAY_BE_LOST = and_(
    _runs.c.resumable,
    _runs.c.lost_attempts + 1 < _runs.c.max_attempts,
    _runs.c.abort_requested_at.is_(None),
    _runs.c.max_runtime.is_(None),
)
_completed = (
    update(_runs)
    .where(
        _runs.c.id == bindparam("of_run"),
        _runs.c.status == RunStatus.RUNNING,
        _runs.c.lease_token == bindparam("token"),
        PLAIN,
    )
    .values(
        status=RunStatus.COMPLETED,
        status_bucket=StatusBucket.SUCCEEDED,
        summary=bindparam("summary", type_=_runs.c.summary.type),
        related_links=bindparam("links", type_=_runs.c.related_links.type),
        lease_token=None,
        lease_expires_at=None,
        deadline_at=None,
        finished_at=database_now(),
        updated_at=database_now(),
        version=_runs.c.version + 1,
    )
    .returning(
        _runs.c.id,
        _runs.c.attempt,
        _runs.c.worker,
        _MAY_BE_LOST.label("may_be_lost"),
        *counted_columns(_runs),
    )
    .cte("run")
)
_COMPLETE = select(_completed.c.id, durability(_completed.c.may_be_lost)).add_cte(
    noted(_completed, EventKind.COMPLETED).cte("noted"),
    outbox.posted(_completed).cte("posted"),
    counted(_completed).cte("counted"),
)


def complete_alone(lease: Lease, summary: JsonObject, links: Sequence[Mapping[str, str]]) -> bool:
    """Complete a run with nothing to count and nobody to tell but channels, in a transaction of its own.

    Args:
        lease: the claim under which the caller worked.
        summary: facts the executor left.
        links: {label, url}.

    Returns:
        Whether that was done; if not, nothing was written: it takes more, or is not held any more.
    """
    if not (isinstance(lease, ClaimedRun) and lease.is_plain and outbox.is_open() and stands_alone()):
        return False
    worst = worst_rank(new_findings(summary))
    values = outbox.values_of(lease.tenant.id, lease.run_id, lease.run_type, StatusBucket.SUCCEEDED, worst)
    values |= {"of_run": lease.run_id, "token": lease.token, "summary": summary, "links": links}
    return execute_alone(_COMPLETE, values) is not None
