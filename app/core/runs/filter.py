"""Which runs of a tenant somebody wants to see."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, tuple_

from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import LARGEST_ID
from app.core.runs.status import StatusBucket

PagePlace: TypeAlias = tuple[datetime, int]  # (created_at, id) of a row


@dataclass(frozen=True)
class RunFilter:
    """What a list shows; an empty filter shows everything.

    Attributes:
        run_types: of one of these, `resource.action`; none: of any.
        since: created at or after.
        until: created before.
        initiator: started by, in the words of `BulkOperationRun.initiator`; none: by anybody.
        text: a run's number (with or without a #), or a part of its label, whatever its case; empty: any.
        before: only older than this place; `PagePlace` of the last row of the page before.
        after: only newer than this place, nearest first in `list_runs`; of the first row of the page after.
        up_to: only this place and older; of the first row that a page shows, so that news do not shift it.
    """

    run_types: Collection[str] = ()
    bucket: StatusBucket | None = None
    since: datetime | None = None
    until: datetime | None = None
    initiator: str | None = None
    text: str = ""
    before: PagePlace | None = None
    after: PagePlace | None = None
    up_to: PagePlace | None = None

    def __post_init__(self) -> None:
        """Be hashable, whatever the types came in."""
        object.__setattr__(self, "run_types", tuple(self.run_types))

    @property
    def number(self) -> int | None:
        """The run that the text may name."""
        digits = self.text.removeprefix("#")
        is_number = digits.isascii() and digits.isdigit() and int(digits) <= LARGEST_ID
        return int(digits) if is_number else None

    @property
    def words(self) -> str:
        """What a label has to hold; nothing: any label will do, or only the number."""
        return "" if self.text.startswith("#") and self.number is not None else self.text


def plainly(tenant_id: int, wanted: RunFilter) -> Iterator[ColumnElement[bool]]:
    """The conditions that each have an index, of everything but types and text."""
    run = BulkOperationRun
    yield run.tenant_id == tenant_id
    if wanted.bucket is not None:
        yield run.status_bucket == wanted.bucket
    if wanted.since is not None:
        yield run.created_at >= wanted.since
    if wanted.until is not None:
        yield run.created_at < wanted.until
    if wanted.initiator is not None:
        yield run.initiator == wanted.initiator
    place = tuple_(run.created_at, run.id)
    if wanted.before is not None:
        yield place < wanted.before
    if wanted.after is not None:
        yield place > wanted.after
    if wanted.up_to is not None:
        yield place <= wanted.up_to
