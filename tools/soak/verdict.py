"""What the database and the lines of the steps say of a soak."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Select, func, select

from app.core.db import db
from app.core.notifications import Notification
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import ACTIVE, RunStatus

ENDS = (EventKind.COMPLETED, EventKind.COMPLETED_WITH_ERRORS, EventKind.FAILED, EventKind.ABORTED)

_run, _item, _event = BulkOperationRun, BulkOperationRunItem, BulkOperationRunEvent


def figures(started: Collection[int]) -> dict[str, int]:
    """What happened, in runs and events."""
    return {
        "starts answered": len(started),
        "runs": _count(select(func.count()).select_from(_run)),
        "completed": _in_status(RunStatus.COMPLETED),
        "completed with errors": _in_status(RunStatus.COMPLETED_WITH_ERRORS),
        "failed": _in_status(RunStatus.FAILED),
        "workers lost under a run": _happened(EventKind.WORKER_LOST),
        "runs given back": _happened(EventKind.INTERRUPTED),
        "runs rung for again": _count(select(func.count()).select_from(_run).where(_run.rings > 0)),
        "items unknown": _count(select(func.coalesce(func.sum(_run.unknown), 0))),
    }


def faults(started: Collection[int], log: Path, careful: Collection[int]) -> dict[str, int]:
    """What must not happen: every figure has to be 0.

    Args:
        started: runs whose start was answered.
        log: the lines of the steps: run and item.
        careful: runs whose items may not be done twice.
    """
    known = set(db.session.scalars(select(_run.id)))
    done = Counter(log.read_text(encoding="utf-8").splitlines()) if log.exists() else Counter()
    twice = [line for line, times in done.items() if times > 1 and int(line.split()[0]) in careful]
    told = select(func.count()).group_by(Notification.run_id, Notification.user_id, Notification.kind)
    return {
        "lost": len(set(started) - known),
        "stuck": _count(select(func.count()).select_from(_run).where(_run.status.in_(ACTIVE))),
        "done twice though it may not be": len(twice),
        "ended twice or never": len(known - _ended_once()),
        "counters that differ from the ledger": sum(
            1 for run in db.session.scalars(select(_run)) if _differs(run)
        ),
        "told twice": sum(1 for times in db.session.scalars(told) if times > 1),
    }


def _ended_once() -> set[int]:
    query = select(_event.run_id).where(_event.kind.in_(ENDS)).group_by(_event.run_id)
    return set(db.session.scalars(query.having(func.count() == 1)))


def _differs(run: BulkOperationRun) -> bool:
    query = select(_item.outcome, func.count()).where(_item.run_id == run.id).group_by(_item.outcome)
    counted = {Outcome(outcome): count for outcome, count in db.session.execute(query)}
    told = {
        Outcome.SUCCEEDED: run.succeeded,
        Outcome.FAILED: run.failed,
        Outcome.SKIPPED: run.skipped,
        Outcome.UNKNOWN: run.unknown,
    }
    return sum(counted.values()) != run.total_items or any(
        counted.get(outcome, 0) != count for outcome, count in told.items()
    )


def _in_status(status: RunStatus) -> int:
    return _count(select(func.count()).select_from(_run).where(_run.status == status))


def _happened(kind: EventKind) -> int:
    return _count(select(func.count()).select_from(_event).where(_event.kind == kind))


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0
