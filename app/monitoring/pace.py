"""How often a list of runs asks for news."""

from collections.abc import Iterable
from datetime import timedelta

from app.core import clock
from app.core.runs.listing import AnyRow
from app.core.runs.status import StatusBucket

BRISK, CALM = 2, 10  # seconds
PATIENCE = timedelta(minutes=1)


def pace_of(runs: Iterable[AnyRow]) -> int:
    """Seconds between an answer and the next question: few while something shown moves or soon will.

    A run that was not taken within a minute waits for something that takes longer, and a list at rest only
    waits for new runs.
    """
    return BRISK if any(map(_moves, runs)) else CALM


def _moves(run: AnyRow) -> bool:
    if run.status_bucket == StatusBucket.QUEUED:
        age: timedelta = clock.now() - run.created_at
        return age < PATIENCE
    return StatusBucket(run.status_bucket) is StatusBucket.RUNNING
