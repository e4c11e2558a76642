"""The list's filters as they stand in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
DAY = timedelta(days=1)


@dataclass(frozen=True)
class HubFilter:
    """What the viewer asked for, in the URL's words.

    Attributes:
        run_type: `resource.action`, or empty for all.
        bucket: a status bucket, or empty for all.
        range: a key of `RANGE_LABELS`.
        since: first day of a custom range, `YYYY-MM-DD`.
        until: last day of a custom range, `YYYY-MM-DD`.
        before: `created_at,id` of the last row of the page before.
    """

    run_type: str = ""
    bucket: str = ""
    range: str = DEFAULT_RANGE
    since: str = ""
    until: str = ""
    before: str = ""

    @property
    def query(self) -> JsonObject:
        """What must stand in a URL to come back here; defaults are left out."""
        values = {
            "type": self.run_type,
            "bucket": self.bucket,
            "range": self.range,
            "since": self.since,
            "until": self.until,
        }
        return {
            name: value
            for name, value in values.items()
            if value and (name, value) != ("range", DEFAULT_RANGE)
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether the viewer chose anything."""
        return bool(self.query)

    def as_run_filter(self) -> RunFilter:
        """The same for the database.

        Raises:
            InvalidInputError: a value has no meaning; the text names it.
        """
        since, until = self._period()
        return RunFilter(
            run_types=(self.run_type,) if self.run_type else (),
            bucket=_bucket(self.bucket),
            since=since,
            until=until,
            before=read_position("before", self.before),
        )

    def _period(self) -> tuple[datetime | None, datetime | None]:
        if self.range == "all":
            return None, None
        if self.range == "custom":
            until = _day("until", self.until)
            return _day("since", self.since), until + DAY if until else None
        if self.range not in RANGES:
            raise InvalidInputError(f"range: {self.range[:40]!r} is none of {', '.join(RANGE_LABELS)}")
        return clock.now() - RANGES[self.range], None


def read_filter(args: Mapping[str, str]) -> HubFilter:
    """The filter of a URL's query; a `since` or `until` alone means a custom range."""
    since, until = args.get("since", "").strip(), args.get("until", "").strip()
    return HubFilter(
        run_type=args.get("type", "").strip(),
        bucket=args.get("bucket", "").strip(),
        range=args.get("range", "").strip() or ("custom" if since or until else DEFAULT_RANGE),
        since=since,
        until=until,
        before=args.get("before", "").strip(),
    )


def _bucket(value: str) -> StatusBucket | None:
    try:
        return StatusBucket(value) if value else None
    except ValueError:
        names = ", ".join(bucket.value for bucket in StatusBucket)
        raise InvalidInputError(f"bucket: {value[:40]!r} is none of {names}") from None


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
