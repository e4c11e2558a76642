"""Schedules as the pages of plugins show them, beside what they will start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.db import JsonObject
from app.core.registry.catalog import current_catalog
from app.core.schedules.outlook import outlook
from app.core.schedules.queries import list_schedules
from app.core.tenants import Tenant


@dataclass(frozen=True)
class PlannedRun:
    """A schedule of an operation.

    Attributes:
        schedule_id: for `url_for("schedules.show", schedule_id=...)`.
        params: what it starts the operation with.
        words: its rhythm as a sentence, or as the expression it was written as.
        next_at: its next moment, in its own time zone; none: it starts nothing.
        obstacle: why it starts nothing, as a sentence.
    """

    schedule_id: int
    name: str
    params: JsonObject
    words: str
    next_at: datetime | None
    obstacle: str | None


def planned_runs(tenant: Tenant, run_type: str) -> Sequence[PlannedRun]:
    """The schedules of a tenant that start an operation, by name."""
    catalog, planned = current_catalog(), []
    for schedule in list_schedules(tenant):
        if schedule.run_type == run_type:
            seen = outlook(catalog, schedule)
            next_at = next(iter(seen.upcoming), None)
            planned.append(
                PlannedRun(
                    schedule.id, schedule.name, dict(schedule.params), seen.words, next_at, seen.obstacle
                )
            )
    return planned
