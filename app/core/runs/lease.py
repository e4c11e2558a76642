"""A lease: the right of one worker to write a running run."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.sql.elements import ColumnElement

from app.core import clock
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus


@dataclass(frozen=True)
class Lease:
    """A claim on a running run; every write under it is fenced by the token."""

    run_id: int
    token: str
    seconds: float

    @property
    def expiry(self) -> datetime:
        """When it ends if it is renewed now."""
        return clock.now() + timedelta(seconds=self.seconds)


def held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """The fence: conditions under which the holder may write its run."""
    return (
        BulkOperationRun.id == lease.run_id,
        BulkOperationRun.status == RunStatus.RUNNING,
        BulkOperationRun.lease_token == lease.token,
    )
