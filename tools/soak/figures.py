"""What became of the runs of a soak, counted from the data and from what was really done."""

from pathlib import Path
from typing import Any

from sqlalchemy import Executable, case, exists, func, select, text
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import db
from app.core.notifications import Notification, NotificationKind
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import RunStatus

COUNTERS = (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SKIPPED, Outcome.UNKNOWN)
_MISMATCHED = text(f"""
    SELECT count(*) FROM bulk_operation_runs AS run
    LEFT JOIN (
        SELECT run_id, count(*) AS total,
            {", ".join(f"count(*) FILTER (WHERE outcome = '{name}') AS {name}" for name in COUNTERS)}
        FROM bulk_operation_run_items GROUP BY run_id
    ) AS ledger ON ledger.run_id = run.id
    WHERE run.status NOT IN ('pending', 'running') AND (
        run.total_items <> coalesce(ledger.total, 0)
        OR run.processed_items <> {" + ".join(f"run.{name}" for name in COUNTERS)}
        OR {" OR ".join(f"run.{name} <> coalesce(ledger.{name}, 0)" for name in COUNTERS)}
    )
""")  # noqa: S608 - made of our own constants


def story() -> dict[str, int]:
    """What happened: none of it is wrong."""
    events, statuses = _by(BulkOperationRunEvent.kind), _by(BulkOperationRun.status)
    resumed = select(func.count()).where(BulkOperationRunEvent.kind == EventKind.CLAIMED)
    return {
        "started": sum(statuses.values()),
        **{
            status.value.replace("_", " "): statuses.get(status, 0) for status in RunStatus if status.is_final
        },
        "resumed": _count(resumed.where(BulkOperationRunEvent.attempt > 1)),
        "rescued": events.get(EventKind.WORKER_LOST, 0),
        "given back": events.get(EventKind.INTERRUPTED, 0),
        "rung for again": _count(select(func.coalesce(func.sum(BulkOperationRun.rings), 0))),
        "items": _count(select(func.count()).select_from(BulkOperationRunItem)),
    }


def active_count() -> int:
    """How many runs have not ended."""
    count = _count(select(func.count()).select_from(BulkOperationRun).where(ACTIVE_PREDICATE))
    db.session.rollback()
    return count


def faults(folder: Path) -> dict[str, int]:
    """What must never happen; every figure must be zero.

    Args:
        folder: where the starter and the operations left `started` and `effects`.
    """
    told = set(map(int, _lines(folder / "started")))
    known = set(db.session.scalars(select(BulkOperationRun.id)))
    return {
        "lost": len(told - known),
        "stuck": active_count(),
        "ended twice or never": _badly_ended(),
        "duplicated item effects": duplicated(_lines(folder / "effects")),
        "mismatched counters": _count(_MISMATCHED),
        "notifications doubled": _doubled_notifications(),
        "notifications missing": _missing_notifications(),
    }


def duplicated(effects: list[str]) -> int:
    """Items that were done once more although that was forbidden.

    An item that may be repeated may be done again until its outcome is written; any other is done once.

    Args:
        effects: `run item attempt`, a line for each time an item was really done.
    """
    item, run = BulkOperationRunItem, BulkOperationRun
    may_repeat = set(db.session.scalars(select(run.id).where(run.idempotent_items)))
    settled = select(item.run_id, item.item_id, item.attempt).where(item.outcome.in_(COUNTERS))
    attempts = {(row.run_id, row.item_id): row.attempt for row in db.session.execute(settled)}
    count, seen = 0, set[tuple[int, str]]()
    for line in effects:
        run_id, item_id, attempt = line.split()
        key = (int(run_id), item_id)
        if key[0] in may_repeat:
            count += int(attempt) > attempts.get(key, int(attempt))
        else:
            count += key in seen
        seen.add(key)
    return count


def _badly_ended() -> int:
    """Runs that have ended without exactly one entry of the timeline that says so, or that have one early."""
    ends = [status.value for status in RunStatus if status.is_final]
    event = BulkOperationRunEvent
    ended = (
        select(event.run_id, func.count().label("ends"))
        .where(event.kind.in_(ends))
        .group_by(event.run_id)
        .subquery()
    )
    run = BulkOperationRun
    expected = case((run.status.in_(ends), 1), else_=0)
    query = select(func.count()).select_from(run).outerjoin(ended, ended.c.run_id == run.id)
    return _count(query.where(func.coalesce(ended.c.ends, 0) != expected))


def _doubled_notifications() -> int:
    told = Notification
    groups = (
        select(told.run_id).group_by(told.run_id, told.user_id, told.kind).having(func.count() > 1).subquery()
    )
    return _count(select(func.count()).select_from(groups))


def _missing_notifications() -> int:
    """Runs of a person that have ended without telling so."""
    run, told = BulkOperationRun, Notification
    is_told = exists().where(told.run_id == run.id, told.kind == NotificationKind.FINISHED)
    query = (
        select(func.count()).select_from(run).where(run.user_id.is_not(None), run.finished_at.is_not(None))
    )
    return _count(query.where(~is_told))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _by(column: InstrumentedAttribute[Any]) -> dict[str, int]:
    query = select(column, func.count()).group_by(column)
    return {str(value): count for value, count in db.session.execute(query)}


def _count(query: Executable) -> int:
    return int(db.session.execute(query).scalar_one())
