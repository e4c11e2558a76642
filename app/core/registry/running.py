"""A run as its operation sees it: while it works, and when it has ended."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from app.core.db import JsonObject
    from app.core.errors import ItemFailedError
    from app.core.tenants import Tenant

P_co = TypeVar("P_co", bound=BaseModel, covariant=True)


class RunFacts(Protocol):
    """A run as its related links are asked for: finished, or about to be."""

    @property
    def id(self) -> int:
        """Number of the run."""

    @property
    def tenant(self) -> "Tenant":
        """Whose run it is."""

    @property
    def params(self) -> "JsonObject":
        """Validated parameters, as JSON values."""

    @property
    def summary(self) -> "JsonObject":
        """What the executor left with `run.summarize`."""


class RunItems(Protocol):
    """The items of a run, streamed from the ledger a page at a time."""

    def __iter__(self) -> Iterator[str]:
        """Ids without an outcome, in their order: after a resume, what is left to do."""

    def __len__(self) -> int:
        """How many items the run has, whatever became of them."""

    def every(self) -> Iterator[str]:
        """All ids in their order, whatever became of them."""


class RunContext(Protocol[P_co]):
    """A running run, as its executor sees it.

    Every method may raise an error that ends this call (`LeaseLostError`, `RunAbortedError`,
    `RunInterruptedError`): let it pass.
    """

    @property
    def id(self) -> int:
        """Number of the run."""

    @property
    def tenant(self) -> "Tenant":
        """Whose run it is: the first argument of every query."""

    @property
    def params(self) -> P_co:
        """Validated parameters."""

    @property
    def attempt(self) -> int:
        """1 for the first call of the executor; more when the run is resumed."""

    @property
    def items(self) -> RunItems:
        """The items that have no outcome yet; given at the start or by `expect`."""

    def expect(self, item_ids: Iterable[str]) -> None:
        """Add items found while running; ids already known are ignored."""

    def item(self, item_id: str) -> AbstractContextManager[None]:
        """Work on one item: it succeeds unless `ItemFailedError` or `ItemSkippedError` is raised inside.

        Any other exception fails the item with `unexpected_error`; its text is logged, not stored.
        """

    def settle(self, outcomes: "Mapping[str, ItemFailedError | None]") -> None:
        """Count the outcomes of items that were worked on together: quicker than `item` for each.

        Only for an operation with `idempotent_items`; looks for a stop once, behind them all.

        Args:
            outcomes: item id -> why it failed or was skipped (`ItemSkippedError`); nothing: it succeeded.
        """

    def report(self, reason_code: str, reason: str, *, item_id: str | None = None) -> None:
        """Add a failure entry that is not an item's outcome (a second broken file of one item)."""

    def summarize(self, **facts: object) -> None:
        """Leave JSON-ready facts on the run: counts and notes for pages, links and the CLI."""

    def checkpoint(self) -> None:
        """Show progress and stop here if the run was aborted, interrupted, lost or took too long.

        It commits the current transaction of `db.session` when it writes: at most every 250 ms.
        """

    def fence(self) -> None:
        """Prove, in the current transaction of `db.session`, that the run is still this worker's.

        Call it before the commit of the operation's own writes: a late worker then writes nothing.
        """
