"""The breaker: a run whose first items all fail for one reason goes no further."""

from app.core.errors import RunFailedError
from app.core.runs.items import Outcome
from app.core.runs.tally import ItemOutcome


class Breaker:
    """Counts the first outcomes of an attempt; anything but the same failure again disarms it."""

    def __init__(self, limit: int | None) -> None:
        """Arm it.

        Args:
            limit: that many equal failures from the beginning break; none: never.
        """
        self._limit, self._failures = limit, 0
        self._reason_code: str | None = None

    def count(self, item: ItemOutcome) -> None:
        """Take one more outcome into account."""
        if self._limit is None:
            return
        reason_code = item.failure["reason_code"] if item.failure else None
        if item.outcome is not Outcome.FAILED or (self._failures and reason_code != self._reason_code):
            self._limit = None
        self._failures, self._reason_code = self._failures + 1, reason_code

    def check(self) -> None:
        """Pass unless it is broken; called before the next item begins.

        Raises:
            RunFailedError: `stopped_early`; the rest stays unprocessed.
        """
        if self._limit is not None and self._failures >= self._limit:
            said = (
                f"The first {self._failures} items all failed with {self._reason_code}; "
                "the rest was left unprocessed."
            )
            raise RunFailedError("stopped_early", said)
