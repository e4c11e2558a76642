"""What an executing run has done and not yet written; flushed by its own thread and by the heartbeat."""

import logging
import threading
from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.db import db, is_away
from app.core.errors import LeaseLostError
from app.core.runs import lifecycle
from app.core.runs.lease import Lease
from app.core.runs.tally import FailureEntry, ItemOutcome, Tally

FLUSH_SECONDS = 0.25  # a run's row is written at most that often
RENEWALS_PER_LEASE = 4

logger = logging.getLogger(__name__)


class Progress:
    """The tally of one executing run and the state of its lease, safe for two threads.

    Attributes:
        announces_items: whether each item is written as in flight before it begins.
        is_aborted: somebody asked the run to stop, as the last write saw.
        is_lost: a write found that another holds the run, or that it is final.
    """

    def __init__(self, lease: Lease, *, announces_items: bool) -> None:
        """Begin with an empty tally under a fresh lease.

        Args:
            lease: the claim.
            announces_items: whether each item is written as in flight before it begins.
        """
        self.lease, self.is_aborted, self.is_lost = lease, False, False
        self.announces_items = announces_items
        self._tally, self._current = Tally(), ""
        self._held_reports: list[FailureEntry] = []
        self._lock = threading.RLock()
        self._flushed_at = self._confirmed_at = clock.ticks()

    @property
    def is_doubtful(self) -> bool:
        """Whether the lease may be over: it was not confirmed for as long as it lasts."""
        return clock.ticks() - self._confirmed_at > self.lease.seconds

    @property
    def has_unlisted(self) -> bool:
        """Whether items found while running are not in the ledger yet."""
        return bool(self._tally.expected)

    def expect(self, item_ids: Iterable[str]) -> None:
        """Gather items found while running."""
        with self._lock:
            self._tally.expected.update(dict.fromkeys(item_ids))

    def list_ahead(self, item_ids: Iterable[str]) -> None:
        """Write items to the ledger now, apart from the run's row: a long list goes by in batches."""
        with self._lock:
            self.expect(item_ids)
            self._write_ahead([], [])

    def report(self, entry: FailureEntry) -> None:
        """Gather an entry that is no item's outcome; one about the item in work is told with that outcome."""
        with self._lock:
            is_of_current = bool(self._current) and entry.get("item_id") == self._current
            (self._held_reports if is_of_current else self._tally.reports).append(entry)

    def begin(self, item_id: str) -> None:
        """Note the item in work; when items are announced, in the ledger before it begins."""
        with self._lock:
            self._current = item_id
            if self.announces_items:
                self._write_ahead(self._tally.outcomes, [item_id])

    def end(self, item: ItemOutcome | None) -> None:
        """Gather an outcome with what was reported about its item; none: the item that was begun has none."""
        with self._lock:
            self._current = ""
            if item is not None:
                self._tally.add(item)
                self._tally.reports += self._held_reports
            self._held_reports = []

    def add(self, items: Iterable[ItemOutcome]) -> None:
        """Gather the outcomes of items that were never announced."""
        with self._lock:
            for item in items:
                self._tally.add(item)

    def flush_when_due(self) -> None:
        """Write when the last write is long enough ago.

        Raises:
            LeaseLostError: another holds the run, or it is final.
        """
        if clock.ticks() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered; it keeps waiting while the database is away.

        Raises:
            LeaseLostError: another holds the run, or it is final.
            DBAPIError: the write failed together with work of the operation in the same transaction.
        """
        with self._lock:
            tally, self._tally = self._tally, Tally()
            tally.in_flight = [self._current] if self._current else []
            stands_alone, began = not db.session().in_transaction(), clock.ticks()
            try:
                self.is_aborted = lifecycle.record_progress(self.lease, tally) or self.is_aborted
                self._confirmed_at = began
            except LeaseLostError:
                self.is_lost = True
                raise
            except DBAPIError as error:
                db.session.rollback()
                self._tally.put_back(tally)
                if not (stands_alone and is_away(error)):
                    raise
                logger.warning("run %s: progress cannot be written now: %s", self.lease.run_id, error.orig)
            finally:
                self._flushed_at = clock.ticks()

    def beat(self) -> None:
        """Called often by the heartbeat: show what a long item holds back, and keep the lease alive."""
        if self.is_lost or not self._lock.acquire(blocking=False):
            return
        try:
            now = clock.ticks()
            if self._has_news and now - self._flushed_at >= FLUSH_SECONDS:
                self.flush()
            elif now - self._confirmed_at >= self.lease.seconds / RENEWALS_PER_LEASE:
                self._renew(now)
        except LeaseLostError:
            logger.warning("run %s: lease lost", self.lease.run_id)
        except DBAPIError as error:
            # The other runs of this process are cared for all the same; this one is tried again soon.
            db.session.rollback()
            logger.warning("run %s: its lease cannot be renewed now: %s", self.lease.run_id, error.orig)
        finally:
            self._lock.release()

    def take(self) -> Tally:
        """Everything gathered, for the last write; begins anew."""
        with self._lock:
            tally, self._tally = self._tally, Tally()
            return tally

    @property
    def _has_news(self) -> bool:
        tally = self._tally
        return bool(tally.counts or tally.expected or tally.listed or tally.reports)

    def _renew(self, now: float) -> None:
        if lifecycle.renew(self.lease):
            self._confirmed_at = now
        else:
            self.is_lost = True

    def _write_ahead(self, outcomes: list[ItemOutcome], in_flight: list[str]) -> None:
        """Tell the ledger before the run's row, whose counters follow at the next flush."""
        ahead = Tally(expected=self._tally.expected, outcomes=outcomes, in_flight=in_flight)
        listed, asked = lifecycle.begin_item(self.lease, ahead)
        self.is_aborted = asked or self.is_aborted
        self._tally.expected = {}
        self._tally.listed += listed
        if outcomes:
            self._tally.outcomes = []
