"""Cron expressions in a time zone: which moments they name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from app.core import clock
from app.core.errors import InvalidParametersError
from app.core.schedules.models import CRON_LENGTH

FIELDS = 5
WORDS_LENGTH = 60  # a longer sentence is harder to read than the expression
_SECOND = timedelta(seconds=1)
_OVERLAP = timedelta(hours=3)  # longer than any clock is ever put back
_OF_THE_MACHINE = frozenset({"localtime", "Factory"})  # not the same zone everywhere


@dataclass(frozen=True)
class Cron:
    """A checked expression with its zone.

    Slots follow the wall clock. A time that the clock skips in spring is the first moment after the gap; one
    that comes twice in autumn is the first of the two. Expressions whose minute or hour begins with `*`
    follow elapsed time instead: every hour stays every hour.
    """

    expression: str
    zone: ZoneInfo

    @classmethod
    def of(cls, expression: str, time_zone: str) -> "Cron":
        """Check and combine the two.

        Args:
            expression: five fields as cron has them, with names of months and days, `L`, `LW`, `#`.
            time_zone: IANA name.

        Raises:
            InvalidParametersError: field `cron` or `time_zone`; the text names the value.
        """
        problems = {}
        if time_zone not in known_zones():
            problems["time_zone"] = f"{time_zone[:80]!r} is no time zone; write it like Europe/Berlin, or UTC"
        if said := _problem(expression):
            problems["cron"] = f"{expression[:CRON_LENGTH]!r} {said}"
        if problems:
            raise InvalidParametersError(problems)
        return cls(" ".join(expression.split()), ZoneInfo(time_zone))

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The slots after a moment, in order, in UTC; without end, or none."""
        last = moment
        for found in CronSim(self.expression, moment.astimezone(self.zone)):
            slot = found.astimezone(UTC)
            if slot > last:
                yield slot
                last = slot

    def newest(self, until: datetime) -> datetime | None:
        """The last slot at or before a moment, in UTC; nothing: there was none in 50 years."""
        begin = (until.replace(microsecond=0) + _SECOND).astimezone(self.zone)
        if begin.fold:
            # The library forgets which of two equal wall times it is at; from past both, none is missed.
            begin = (begin.astimezone(UTC) + _OVERLAP).astimezone(self.zone)
        slots = (found.astimezone(UTC) for found in CronSim(self.expression, begin, reverse=True))
        return next((slot for slot in slots if slot <= until), None)

    @property
    def words(self) -> str:
        """The expression as a sentence where that is short, else as it is."""
        said: str = CronSim(self.expression, clock.now()).explain()
        return said if len(said) <= WORDS_LENGTH else self.expression


@cache
def known_zones() -> frozenset[str]:
    """IANA names that this machine knows."""
    return frozenset(available_timezones() | {"UTC"}) - _OF_THE_MACHINE


def _problem(expression: str) -> str | None:
    if len(expression) > CRON_LENGTH:
        return f"is longer than {CRON_LENGTH} characters"
    if len(expression.split()) != FIELDS:
        return "is no cron expression: it has five fields, minute hour day month weekday"
    try:
        first = next(CronSim(expression, clock.now()), None)
    except CronSimError as error:
        return f"cannot be used: {str(error).lower()}"
    return None if first else "names no day that ever comes"
