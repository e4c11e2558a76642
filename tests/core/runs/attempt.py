"""What a worker does under one claim, one step at a time; it may crash between any two, or be a zombie."""

from app.core.runs.items import Outcome
from app.core.runs.lease import ClaimedRun
from app.core.runs.progress import Progress
from app.core.runs.tally import ItemOutcome, failure_entry
from app.core.runs.worklist import Worklist


class Attempt:
    """One claim of one run. A step raises `LeaseLostError` where a real worker would let go."""

    def __init__(self, lease: ClaimedRun):
        """Begin as `execute_run` does."""
        self.lease, self.may_repeat = lease, lease.idempotent_items
        self.progress = Progress(lease, announces_items=not self.may_repeat)
        self.items = Worklist(lease, self.progress)
        self.item: str | None = None  # in work
        self._left = iter(self.items)

    @property
    def run_id(self) -> int:
        """Number of the run."""
        return self.lease.run_id

    def next(self) -> str | None:
        """The next item, not begun yet; nothing: none is left."""
        return next(self._left, None)

    def begin(self, item: str) -> None:
        """Begin an item: what it does to the world may happen from now on."""
        self.progress.begin(item)
        self.item = item

    def end(self, outcome: Outcome) -> None:
        """End the item in work."""
        item, self.item = self.item, None
        entry = failure_entry("not_found", "It is not there.", item_id=item)
        self.items.close(item)
        self.progress.end(ItemOutcome(item, outcome, entry if outcome is Outcome.FAILED else None))
