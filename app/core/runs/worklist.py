"""The items of an executing run, streamed from the ledger: a million need no memory."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, select

from app.core.db import db, reading
from app.core.runs.items import OPEN, BulkOperationRunItem, Outcome
from app.core.runs.lease import Lease
from app.core.runs.models import BulkOperationRun
from app.core.runs.progress import Progress
from app.core.runs.tally import checked_item

PAGE = 500
REMEMBERED = 50_000  # ids in memory; of more, the ledger is asked


class Worklist:
    """What is left to do, in the order of the ledger, and what this attempt has seen of it."""

    def __init__(self, lease: Lease, progress: Progress) -> None:
        """Begin at the ledger's first open item."""
        self._lease, self._progress = lease, progress
        self._listed: set[str] = set()  # in the ledger, or on their way there
        self._offered: dict[
            str, int
        ] = {}  # of these, what the ledger itself has called open, and in which row
        self._closed: set[str] = set()  # have their outcome from this attempt
        self._remembers_all = lease.attempt == 1

    def __iter__(self) -> Iterator[str]:
        """Ids without an outcome; those that are added meanwhile come last."""
        last = 0
        while page := self._page_after(last, BulkOperationRunItem.outcome.in_(OPEN)):
            last = page[-1][0]
            for row_id, item_id in page:
                if item_id not in self._closed:
                    self._listed.add(item_id)
                    self._offered[item_id] = row_id
                    yield item_id

    def every(self) -> Iterator[str]:
        """All ids in the order of the ledger, settled ones too."""
        last = 0
        while page := self._page_after(last):
            last = page[-1][0]
            yield from (item_id for _, item_id in page)

    def __len__(self) -> int:
        """How many items the run has."""
        self._list_all()
        query = select(BulkOperationRun.total_items).where(BulkOperationRun.id == self._lease.run_id)
        with reading(), db.engine.connect() as connection:
            return connection.scalar(query) or 0

    def add(self, item_ids: Iterable[str]) -> None:
        """List items found while running; those already listed are ignored.

        Raises:
            ValueError: the ledger cannot hold an id.
        """
        new = [checked_item(item_id) for item_id in item_ids if not self._is_remembered(item_id)]
        if new:
            self._forget_when_full()
            self._listed.update(new)
            self._progress.expect(new)

    def is_open(self, item_id: str) -> bool:
        """Whether an item's outcome will count; false: an earlier attempt of the run has settled it.

        Raises:
            ValueError: this attempt has processed it already.
        """
        if item_id in self._closed:
            raise ValueError(f"item {item_id!r} has been processed already")
        if not self._remembers_all and item_id not in self._offered:
            found = self._look_up(item_id)
            if found is not None and found.is_final:
                return False
        self.add([item_id])
        return True

    def row_of(self, item_id: str) -> int | None:
        """In which row of the ledger an open item stands, if it was offered."""
        return self._offered.get(item_id)

    def close(self, item_id: str) -> None:
        """Remember that an item has its outcome."""
        self._listed.discard(item_id)
        self._offered.pop(item_id, None)
        self._closed.add(item_id)

    def _is_remembered(self, item_id: str) -> bool:
        return item_id in self._listed or item_id in self._closed

    def _forget_when_full(self) -> None:
        if len(self._listed) + len(self._closed) > REMEMBERED:
            for remembered in (self._listed, self._offered, self._closed):
                remembered.clear()
            self._remembers_all = False

    def _list_all(self) -> None:
        if self._progress.has_unlisted:
            self._progress.flush()

    def _page_after(self, last: int, *condition: ColumnElement[bool]) -> Sequence[tuple[int, str]]:
        self._list_all()
        self._forget_when_full()
        item = BulkOperationRunItem
        query = select(item.id, item.item_id).where(
            item.run_id == self._lease.run_id, item.id > last, *condition
        )
        query = query.order_by(item.id).limit(PAGE)
        with reading(), db.engine.connect() as connection:
            return [(row.id, row.item_id) for row in connection.execute(query)]

    def _look_up(self, item_id: str) -> Outcome | None:
        item = BulkOperationRunItem
        query = select(item.outcome).where(item.run_id == self._lease.run_id, item.item_id == item_id)
        with reading(), db.engine.connect() as connection:
            outcome = connection.scalar(query)
        return None if outcome is None else Outcome(outcome)
