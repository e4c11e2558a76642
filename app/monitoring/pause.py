"""How often a part of the hub asks for news."""

from collections.abc import Iterable
from datetime import timedelta

from app.core import clock
from app.core.runs.listing import AnyRow
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import StatusBucket

BRISK, CALM = 2, 10  # seconds
PATIENCE = timedelta(minutes=1)


def pause_of(runs: Iterable[AnyRow | BulkOperationRun]) -> int:
    """Seconds between an answer and the next question: few while something shown moves or soon will.

    A run that was not taken within a minute waits for something that takes longer, and a list at rest only
    waits for new runs.
    """
    return BRISK if any(map(moves, runs)) else CALM


def moves(run: AnyRow | BulkOperationRun) -> bool:
    """Whether something is to be expected of a run at any moment; `versions` says it in SQL."""
    if run.status_bucket == StatusBucket.QUEUED:
        age: timedelta = clock.now() - run.created_at
        return age < PATIENCE
    return bool(run.status_bucket == StatusBucket.RUNNING)
