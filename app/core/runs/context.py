"""A running run, as its executor holds it: counts outcomes, streams items, notices when to stop."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

from pydantic import BaseModel

from app.core import clock
from app.core.db import JsonObject, db, is_away
from app.core.errors import (
    ItemFailedError,
    ItemSkippedError,
    LeaseLostError,
    RunAbortedError,
    RunFailedError,
    RunInterruptedError,
)
from app.core.runs import lifecycle
from app.core.runs.breaker import Breaker
from app.core.runs.items import Outcome
from app.core.runs.lease import Lease
from app.core.runs.progress import Progress
from app.core.runs.tally import ItemOutcome, checked_item, failure_entry
from app.core.runs.worklist import Worklist
from app.core.tenants import Tenant

UNEXPECTED = "unexpected_error"
ENDINGS = (LeaseLostError, RunAbortedError, RunFailedError, RunInterruptedError)

P = TypeVar("P", bound=BaseModel)
logger = logging.getLogger(__name__)


class ExecutingRun(Generic[P]):
    """What `RunContext` promises; see there for what each method does."""

    def __init__(
        self,
        lease: Lease,
        tenant: Tenant,
        params: P,
        *,
        announces_items: bool = True,
        breaker: int | None = None,
        max_runtime: float | None = None,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Hold a claimed run.

        Args:
            lease: the claim.
            tenant: whose run it is.
            params: validated.
            announces_items: whether each item is written as in flight before it begins.
            breaker: how many first failures with one reason code end the run; none: any number is borne.
            max_runtime: seconds this attempt may take.
            is_stopping: whether the worker is being stopped and the run may be resumed by another.
        """
        self.lease, self.tenant, self.params = lease, tenant, params
        self.summary: JsonObject = {}
        self.progress = Progress(lease, announces_items=announces_items)
        self.items = Worklist(lease, self.progress)
        self._breaker = Breaker(breaker)
        self._max_runtime, self._began_at = max_runtime, clock.ticks()
        self._is_stopping = is_stopping

    @property
    def id(self) -> int:
        """Number of the run."""
        return self.lease.run_id

    @property
    def attempt(self) -> int:
        """Which claim of the run this is."""
        return self.lease.attempt

    def expect(self, item_ids: Iterable[str]) -> None:
        """Add items found while running."""
        self.items.add(item_ids)

    @contextmanager
    def item(self, item_id: str) -> Iterator[None]:
        """Work on one item and count its outcome."""
        counts = self.items.is_open(checked_item(item_id))
        self._breaker.check()
        self.checkpoint()
        self.progress.begin(item_id)
        outcome: ItemOutcome | None = None
        try:
            yield
            outcome = self._ended(item_id, None)
        except ItemFailedError as failure:
            outcome = self._ended(item_id, failure)
        except ENDINGS:
            raise
        except Exception as error:
            if is_away(error):
                raise
            logger.exception("run %s: item failed unexpectedly", self.id)
            db.session.rollback()
            outcome = self._ended(item_id, ItemFailedError(UNEXPECTED, unexpected_reason(error)))
        finally:
            if outcome is not None and counts:
                self.items.close(item_id)
                self._breaker.count(outcome)
            self.progress.end(outcome if counts else None)

    def settle(self, outcomes: Mapping[str, ItemFailedError | None]) -> None:
        """Count the outcomes of items that were worked on together."""
        if self.progress.announces_items:
            raise ValueError("items that may not be done twice begin one by one: use `run.item`")
        self._breaker.check()
        ended = [
            self._ended(item_id, failure)
            for item_id, failure in outcomes.items()
            if self.items.is_open(checked_item(item_id))
        ]
        for outcome in ended:
            self.items.close(outcome.item_id)
            self._breaker.count(outcome)
        self.progress.add(ended)
        self.checkpoint()

    def report(self, reason_code: str, reason: str, *, item_id: str | None = None) -> None:
        """Add a failure entry that is not an item's outcome."""
        self.progress.report(failure_entry(reason_code, reason, item_id=item_id))

    def summarize(self, **facts: object) -> None:
        """Leave JSON-ready facts on the run."""
        json.dumps(facts, allow_nan=False)
        self.summary |= facts

    def checkpoint(self) -> None:
        """Flush when it is time; stop here if the run was aborted, interrupted, lost or takes too long."""
        self.progress.flush_when_due()
        while self.progress.is_doubtful and not self.progress.is_lost:
            self.progress.flush()
            if self.progress.is_doubtful:
                clock.pause(1.0)
        if self.progress.is_lost:
            raise LeaseLostError.of(self.id)
        if self.progress.is_aborted:
            raise RunAbortedError(f"run {self.id} was asked to stop")
        if self._max_runtime and clock.ticks() - self._began_at > self._max_runtime:
            raise RunFailedError(*lifecycle.OVERDUE)
        if self._is_stopping():
            raise RunInterruptedError(f"run {self.id} is given back: its worker is being stopped")

    def fence(self) -> None:
        """Prove in the current transaction that the run is still held."""
        lifecycle.require_held(self.lease)

    def _ended(self, item_id: str, failure: ItemFailedError | None) -> ItemOutcome:
        row_id = self.items.row_of(item_id)
        if failure is None:
            return ItemOutcome(item_id, Outcome.SUCCEEDED, row_id=row_id)
        outcome = Outcome.SKIPPED if isinstance(failure, ItemSkippedError) else Outcome.FAILED
        entry = failure_entry(failure.reason_code, failure.reason, item_id=item_id)
        return ItemOutcome(item_id, outcome, entry, row_id)


def unexpected_reason(error: BaseException) -> str:
    """What may be said of an exception nobody foresaw: its kind. Its text goes to the log alone."""
    return f"Unexpected error ({type(error).__name__}); the log has the details."
