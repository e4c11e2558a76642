"""A running run, as its executor holds it: counts outcomes, flushes them in time, notices when to stop."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from pydantic import BaseModel

from app.core import clock
from app.core.db import JsonObject, db
from app.core.errors import ItemFailedError, ItemSkippedError, LeaseLostError, RunAbortedError, RunFailedError
from app.core.runs.lease import Lease
from app.core.runs.lifecycle import record_progress
from app.core.runs.tally import ItemOutcome, Outcome, Tally, failure_entry, unique_items
from app.core.tenants import Tenant

FLUSH_SECONDS = 0.25
UNEXPECTED = "unexpected_error"

P = TypeVar("P", bound=BaseModel)
logger = logging.getLogger(__name__)


class ExecutingRun(Generic[P]):
    """What `RunContext` promises; see there for what each method does."""

    def __init__(self, lease: Lease, tenant: Tenant, params: P, items: Iterable[str]) -> None:
        """Hold a claimed run."""
        self.lease, self.tenant, self.params = lease, tenant, params
        self.summary: JsonObject = {}
        self._items = unique_items(items)
        self._done: set[str] = set()
        self._items_changed = False
        self._tally = Tally()
        self._flushed_at = clock.ticks()

    @property
    def id(self) -> int:
        """Number of the run."""
        return self.lease.run_id

    @property
    def items(self) -> Sequence[str]:
        """Ids of the items, in order."""
        return list(self._items)

    def expect(self, item_ids: Iterable[str]) -> None:
        """Add items found while running."""
        known = len(self._items)
        self._items |= unique_items(item_ids)
        self._items_changed = self._items_changed or len(self._items) != known

    @contextmanager
    def item(self, item_id: str) -> Iterator[None]:
        """Work on one item and count its outcome."""
        if item_id in self._done:
            raise ValueError(f"item {item_id!r} has been processed already")
        self.expect([item_id])
        self.checkpoint()
        self._done.add(item_id)
        try:
            yield
        except ItemSkippedError as skip:
            self._count(item_id, Outcome.SKIPPED, skip.reason_code, skip.reason)
        except ItemFailedError as failure:
            self._count(item_id, Outcome.FAILED, failure.reason_code, failure.reason)
        except (LeaseLostError, RunAbortedError, RunFailedError):
            raise
        except Exception as error:
            logger.exception("run %s: item failed unexpectedly", self.id)
            db.session.rollback()
            self._count(item_id, Outcome.FAILED, UNEXPECTED, unexpected_reason(error))
        else:
            self._tally.outcomes.append(ItemOutcome(item_id, Outcome.SUCCEEDED))

    def report(self, reason_code: str, reason: str, *, item_id: str | None = None) -> None:
        """Add a failure entry that is not an item's outcome."""
        self._tally.reports.append(failure_entry(reason_code, reason, item_id=item_id))

    def summarize(self, **facts: object) -> None:
        """Leave JSON-ready facts on the run."""
        self.summary |= facts

    def checkpoint(self) -> None:
        """Flush when it is time; stop here if the run was aborted or lost."""
        if clock.ticks() - self._flushed_at < FLUSH_SECONDS:
            return
        tally, expected = self.take()
        if record_progress(self.lease, tally, expected=expected):
            message = f"run {self.id} was asked to stop"
            raise RunAbortedError(message)

    def take(self) -> tuple[Tally, Sequence[str] | None]:
        """What was counted since the last flush, and all items if there are new ones; begins anew."""
        tally, self._tally = self._tally, Tally()
        expected = self.items if self._items_changed else None
        self._items_changed = False
        self._flushed_at = clock.ticks()
        return tally, expected

    def _count(self, item_id: str, outcome: Outcome, reason_code: str, reason: str) -> None:
        self._tally.outcomes.append(
            ItemOutcome(item_id, outcome, failure_entry(reason_code, reason, item_id=item_id))
        )


def unexpected_reason(error: BaseException) -> str:
    """What may be said of an exception nobody foresaw: its kind. Its text goes to the log alone."""
    return f"Unexpected error ({type(error).__name__}); the log has the details."
