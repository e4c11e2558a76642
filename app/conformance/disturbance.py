"""Runs into which something comes: an error, a request to stop, a second ring."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel

from app.core.runs import execute, progress
from app.core.runs.context import ExecutingRun


@dataclass
class Disturbance:
    """What happens to the runs that are executed while it is in force.

    Attributes:
        error: raised at one of the moments in which the operation turns to its run.
        at: at which of them, counted from 1; 0: never.
        begins: called with each run's number as it begins, outside of any transaction.
        moments: the method that was called at each moment so far; an item's moment is the end of its work.
        begun: numbers of the runs that began.
        can_stop: whether the operation has come where a run can be stopped.
    """

    error: BaseException | None = None
    at: int = 0
    begins: Callable[[int], object] | None = None
    moments: list[str] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    can_stop: bool = False

    def begin(self, run_id: int) -> None:
        """Note a run that begins."""
        self.begun.append(run_id)
        if self.begins is not None:
            self.begins(run_id)

    def reach(self, moment: str) -> None:
        """Note a moment, and let it be the one in which the error comes."""
        self.moments.append(moment)
        if self.error is not None and len(self.moments) == self.at:
            raise self.error


@contextmanager
def disturbed(disturbance: Disturbance) -> Iterator[Disturbance]:
    """Let a disturbance be in force, and every checkpoint write: there are then as many moments as can be."""

    class DisturbedRun(ExecutingRun[BaseModel]):
        def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever core's own takes
            super().__init__(*args, **options)
            disturbance.begin(self.id)

        @contextmanager
        def item(self, item_id: str) -> Iterator[None]:
            with super().item(item_id):
                yield
                disturbance.reach("item")

        def checkpoint(self) -> None:
            disturbance.can_stop = True  # before an item, too
            super().checkpoint()
            disturbance.reach("checkpoint")

        def fence(self) -> None:
            super().fence()
            disturbance.reach("fence")

        def summarize(self, **facts: object) -> None:
            super().summarize(**facts)
            disturbance.reach("summarize")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "ExecutingRun", DisturbedRun)
        patch.setattr(progress, "FLUSH_SECONDS", 0)
        yield disturbance
