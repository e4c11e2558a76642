"""The list's filters as they stand in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.core import InvalidInputError, JsonObject, clock
from app.core.runs.filter import RunFilter
from app.core.runs.position import EARLIEST, LATEST, read_position
from app.core.runs.status import StatusBucket

RANGES = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
RANGE_LABELS = {
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "all": "All time",
    "custom": "From - to",
}
DEFAULT_RANGE = "30d"
HOURLY = "24h"  # the one that does not begin at midnight (UTC)
DAY = timedelta(days=1)
# In characters; a run type has two parts of 50 and a dot.
LONGEST_TYPE, LONGEST_INITIATOR, LONGEST_TEXT = 101, 255, 200


@dataclass(frozen=True)
class HubFilter:
    """What the viewer asked for, in the URL's words.

    Attributes:
        run_type: `resource.action`, or empty for all.
        bucket: a status bucket, or empty for all.
        range: a key of `RANGE_LABELS`.
        since: first day of a custom range, `YYYY-MM-DD`.
        until: last day of a custom range, `YYYY-MM-DD`.
        initiator: who started it, or empty for all.
        text: a run's number or a part of its label, or empty for all.
        before: `created_at,id` of the last row of the page before.
        after: the same of the first row of the page after.
        up_to: the same of the newest row that the viewer sees: news do not shift it.
    """

    run_type: str = ""
    bucket: str = ""
    range: str = DEFAULT_RANGE
    since: str = ""
    until: str = ""
    initiator: str = ""
    text: str = ""
    before: str = ""
    after: str = ""
    up_to: str = ""

    @property
    def query(self) -> JsonObject:
        """What must stand in a URL to come back here, to the newest page; defaults are left out."""
        is_custom = self.range == "custom"
        values = {
            "q": self.text,
            "type": self.run_type,
            "bucket": self.bucket,
            "range": self.range,
            "since": self.since if is_custom else "",
            "until": self.until if is_custom else "",
            "initiator": self.initiator,
        }
        return {
            name: value
            for name, value in values.items()
            if value and (name, value) != ("range", DEFAULT_RANGE)
        }

    @property
    def query_string(self) -> str:
        """`query` as a text, the same for the same filters."""
        return urlencode(self.query)

    @property
    def is_narrowed(self) -> bool:
        """Whether the viewer chose anything."""
        return bool(self.query)

    def as_run_filter(self) -> RunFilter:
        """The same for the database.

        Raises:
            InvalidInputError: a value has no meaning; the text names it.
        """
        if sum(map(bool, (self.before, self.after, self.up_to))) > 1:
            raise InvalidInputError("before, after, up_to: a page has one place")
        run_type = _said("type", self.run_type, LONGEST_TYPE)
        since, until = self._period()
        return RunFilter(
            run_types=(run_type,) if run_type else (),
            bucket=_bucket(self.bucket),
            since=since,
            until=until,
            initiator=_said("initiator", self.initiator, LONGEST_INITIATOR) or None,
            text=_said("q", self.text, LONGEST_TEXT),
            before=read_position("before", self.before),
            after=read_position("after", self.after),
            up_to=read_position("up_to", self.up_to),
        )

    def _period(self) -> tuple[datetime | None, datetime | None]:
        if self.range == "all":
            return None, None
        if self.range == "custom":
            until = _day("until", self.until)
            return _day("since", self.since), until + DAY if until else None
        if self.range not in RANGES:
            raise InvalidInputError(f"range: {self.range[:40]!r} is none of {', '.join(RANGE_LABELS)}")
        since = clock.now() - RANGES[self.range]
        since = since.replace(second=0, microsecond=0)  # for a minute, polls ask the same
        if self.range == HOURLY:
            return since, None
        return since.replace(hour=0, minute=0), None  # whole days are counted already


def read_filter(args: Mapping[str, str]) -> HubFilter:
    """The filter of a URL's query; a `since` or `until` alone means a custom range."""
    given = {name: value.strip() for name, value in args.items()}
    since, until = given.get("since", ""), given.get("until", "")
    return HubFilter(
        run_type=given.get("type", ""),
        bucket=given.get("bucket", ""),
        range=given.get("range") or ("custom" if since or until else DEFAULT_RANGE),
        since=since,
        until=until,
        initiator=given.get("initiator", ""),
        text=given.get("q", ""),
        before=given.get("before", ""),
        after=given.get("after", ""),
        up_to=given.get("up_to", ""),
    )


def _bucket(value: str) -> StatusBucket | None:
    try:
        return StatusBucket(value) if value else None
    except ValueError:
        names = ", ".join(bucket.value for bucket in StatusBucket)
        raise InvalidInputError(f"bucket: {value[:40]!r} is none of {names}") from None


def _said(name: str, value: str, longest: int) -> str:
    """A text that a database can compare with."""
    if len(value) > longest:
        raise InvalidInputError(f"{name}: {value[:40]!r}... is longer than {longest} characters")
    if "\0" in value:
        raise InvalidInputError(f"{name}: {value[:40]!r} has a character that no run has")
    return value


def _day(name: str, value: str) -> datetime | None:
    if not value:
        return None
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        day = EARLIEST
    if not EARLIEST < day < LATEST:
        raise InvalidInputError(f"{name}: {value[:40]!r} is no day like 2026-10-31")
    return day
