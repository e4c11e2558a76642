"""A lease: the right of one worker to write a running run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_
from sqlalchemy.sql.elements import ColumnElement

from app.core.db import JsonObject, database_now
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant


@dataclass(frozen=True)
class Lease:
    """A claim on a running run; every write under it is fenced by the token.

    Attributes:
        seconds: how long it lasts from each renewal.
        attempt: which claim of the run it is.
        worker: who holds it.
    """

    run_id: int
    token: str
    seconds: float
    attempt: int = 1
    worker: str = ""

    @property
    def expiry(self) -> ColumnElement[datetime]:
        """When it ends if it is renewed now, by the database's clock."""
        return database_now(self.seconds)


@dataclass(frozen=True, kw_only=True)
class ClaimedRun(Lease):
    """A lease that was just won, with what its worker must know of the run."""

    tenant: Tenant
    run_type: str
    params: JsonObject
    resumable: bool
    idempotent_items: bool
    items_listed: bool
    max_runtime: float | None
    concurrency: int | None
    has_good_items: bool  # from an earlier attempt
    is_plain: bool  # as `PLAIN` says, when it was claimed; on PostgreSQL, where it saves round trips


# SQL: a run that is over with its own row: nobody is to be told, and it has neither items nor failures.
PLAIN = and_(
    BulkOperationRun.user_id.is_(None),
    BulkOperationRun.total_items == 0,
    BulkOperationRun.failures.is_(None),
)


def held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """The fence: conditions under which the holder may write its run."""
    return (
        BulkOperationRun.id == lease.run_id,
        BulkOperationRun.status == RunStatus.RUNNING,
        BulkOperationRun.lease_token == lease.token,
    )
