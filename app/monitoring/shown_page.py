"""One page of a tenant's runs: which rows it shows, and where the pages beside it begin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core import Tenant
from app.core.db import Ask, read
from app.core.runs.filter import PagePlace, RunFilter
from app.core.runs.listing import PAGE, AnyRow, list_runs, newer_count

NOTHING: Sequence[AnyRow] = ()


@dataclass(frozen=True)
class ShownPage:
    """What a page shows.

    Attributes:
        runs: narrow rows, newest first.
        place: which page it is, as in a URL: `before` or `after` a place, or `up_to` the newest row shown;
            none: the newest page, and it is empty.
        newer: the page of newer runs begins after this place; none: there is none.
        older: the page of older runs begins before this place; none: there is none.
        news: how many matching runs are newer than the newest page as it is shown.
    """

    runs: Sequence[AnyRow] = NOTHING
    place: tuple[str, PagePlace] | None = None
    newer: PagePlace | None = None
    older: PagePlace | None = None
    news: int = 0

    @property
    def is_newest(self) -> bool:
        """Whether newer runs are announced here, and not a page further."""
        return self.place is None or self.place[0] == "up_to"


def turn_to(tenant: Tenant, wanted: RunFilter, ask: Ask = read) -> ShownPage:
    """The page that a filter's place names; without one the newest.

    Where fewer newer runs are left than a page holds, the page after is the newest one, filled up.
    """
    if wanted.before is not None:
        return _before(tenant, wanted, wanted.before, ask)
    if wanted.after is not None:
        rows = list_runs(tenant, wanted, limit=PAGE + 1, ask=ask)
        if len(rows) > PAGE:
            shown = rows[-PAGE:]
            return ShownPage(shown, ("after", wanted.after), place_of(shown[0]), place_of(shown[-1]))
        wanted = replace(wanted, after=None)
    return _newest(tenant, wanted, ask)


def place_of(row: AnyRow) -> PagePlace:
    """Where a row stands in the list."""
    return row.created_at, row.id


def _before(tenant: Tenant, wanted: RunFilter, place: PagePlace, ask: Ask) -> ShownPage:
    shown, older = _first(list_runs(tenant, wanted, limit=PAGE + 1, ask=ask))
    return ShownPage(shown, ("before", place), place_of(shown[0]) if shown else None, older)


def _newest(tenant: Tenant, wanted: RunFilter, ask: Ask) -> ShownPage:
    rows = list_runs(tenant, wanted, limit=PAGE + 1, ask=ask)
    if not rows and wanted.up_to is not None:
        # Nothing is left that new rows could shift.
        return _newest(tenant, replace(wanted, up_to=None), ask)
    if not rows:
        return ShownPage()
    shown, older = _first(rows)
    place = wanted.up_to or place_of(shown[0])
    news = newer_count(tenant, wanted, place, ask=ask) if wanted.up_to is not None else 0
    return ShownPage(shown, ("up_to", place), older=older, news=news)


def _first(rows: Sequence[AnyRow]) -> tuple[Sequence[AnyRow], PagePlace | None]:
    """The rows of one page, and where the next one begins."""
    shown = rows[:PAGE]
    return shown, place_of(shown[-1]) if len(rows) > PAGE else None
