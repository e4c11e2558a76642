"""What became of a slot: written once, together with the schedule's next one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from app.core.db import JsonObject, changed_rows, database_now, db
from app.core.schedules.models import Schedule, ScheduleSlot, SlotOutcome
from app.core.statements import upsert

KEPT = 100  # slots a schedule


class OvertakenError(Exception):
    """Another worker acted upon the slot, or a manager changed the schedule meanwhile: write nothing."""


@dataclass(frozen=True)
class DueSchedule:
    """A schedule whose time has come, as plain values: no object that a rollback would empty.

    Attributes:
        seen: its `due_at` when it was read; whoever changes it first has the slot.
        slot: the newest one that has passed; missed ones before it are never started.
        next_at: the first slot that has not come yet.
    """

    id: int
    tenant_id: int
    name: str
    run_type: str
    params: JsonObject
    seen: datetime
    slot: datetime
    next_at: datetime | None


def record_slot(
    due: DueSchedule, outcome: SlotOutcome, *, run_id: int | None = None, said: str | None = None
) -> None:
    """Note in the current transaction what became of a slot, and move on to the next.

    Args:
        due: the schedule.
        outcome: what.
        run_id: the run that was started, or was under way.
        said: a sanitized sentence.

    Raises:
        OvertakenError: it is not this worker's slot any more; roll back.
    """
    move_on(due.id, due.seen, due.next_at)
    values = {"schedule_id": due.id, "slot": due.slot, "run_id": run_id, "outcome": outcome, "said": said}
    insert = upsert(ScheduleSlot).values(**values, created_at=database_now())
    once = insert.on_conflict_do_nothing(index_elements=["schedule_id", "slot"]).returning(ScheduleSlot.id)
    if db.session.scalar(once) is None:
        raise OvertakenError
    _forget_old(due.id)


def move_on(schedule_id: int, seen: datetime, next_at: datetime | None) -> None:
    """Set in the current transaction when a schedule is due next; whatever held it back is over.

    Raises:
        OvertakenError: it is not due at `seen` any more; roll back.
    """
    moved = update(Schedule).where(Schedule.id == schedule_id, Schedule.due_at == seen)
    if not changed_rows(moved.values(due_at=next_at, pause_reason=None)):
        raise OvertakenError


def _forget_old(schedule_id: int) -> None:
    of_schedule = ScheduleSlot.schedule_id == schedule_id
    newest = select(ScheduleSlot.slot).where(of_schedule).order_by(ScheduleSlot.slot.desc())
    first_old = newest.offset(KEPT).limit(1).scalar_subquery()
    db.session.execute(delete(ScheduleSlot).where(of_schedule, ScheduleSlot.slot <= first_old))
