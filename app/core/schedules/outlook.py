"""What a schedule is about to do, as pages and the command line show it."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from itertools import islice

from app.core import clock
from app.core.errors import InvalidInputError
from app.core.registry.catalog import Catalog
from app.core.schedules.cron import Cron
from app.core.schedules.models import Schedule

UPCOMING = 3


class ScheduleState(StrEnum):
    """Whether a schedule starts anything."""

    ACTIVE = "active"
    PAUSED = "paused"  # until somebody resumes it
    WAITING = "waiting"  # until a plugin offers its operation again


@dataclass(frozen=True)
class Outlook:
    """A schedule's near future.

    Attributes:
        label: of its operation; the run type where no plugin offers it.
        words: its rhythm as a sentence, or the expression.
        zone: in which its times are read; UTC where this machine does not know it.
        upcoming: its next three slots, in its own time zone; none unless it is active.
        obstacle: why it starts nothing.
    """

    label: str
    state: ScheduleState
    words: str
    zone: tzinfo = UTC
    upcoming: tuple[datetime, ...] = ()
    obstacle: str | None = None


def outlook(catalog: Catalog, schedule: Schedule) -> Outlook:
    """What to expect of a schedule from now on; runs no plugin code."""
    operation = catalog.find_operation(schedule.run_type)
    label = operation.label if operation else schedule.run_type
    try:
        cron = Cron.of(schedule.cron, schedule.time_zone)
    except InvalidInputError as error:
        return Outlook(
            label, ScheduleState.PAUSED, schedule.cron, obstacle=schedule.pause_reason or str(error)
        )
    if not schedule.is_enabled:
        return Outlook(
            label, ScheduleState.PAUSED, cron.words, cron.zone, obstacle=schedule.pause_reason or "Paused."
        )
    if reason := schedule.pause_reason or (None if operation else no_plugin_for(schedule.run_type)):
        return Outlook(label, ScheduleState.WAITING, cron.words, cron.zone, obstacle=reason)
    slots = tuple(slot.astimezone(cron.zone) for slot in islice(cron.after(clock.now()), UPCOMING))
    return Outlook(label, ScheduleState.ACTIVE, cron.words, cron.zone, slots)


def no_plugin_for(run_type: str) -> str:
    """Why a schedule of a run type that nobody offers starts nothing."""
    return f"No plugin offers {run_type} any more."
