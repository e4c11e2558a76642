"""A lease: the right of one worker to write a running run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.sql.elements import ColumnElement

from app.core.db import database_now
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus


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


def held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """The fence: conditions under which the holder may write its run."""
    return (
        BulkOperationRun.id == lease.run_id,
        BulkOperationRun.status == RunStatus.RUNNING,
        BulkOperationRun.lease_token == lease.token,
    )
