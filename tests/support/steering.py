"""A run whose operation is steered through files; see `tests/faults/steps.py`."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Trace:
    """One line an operation left: what it did or where it came, in which attempt, in which process."""

    what: str
    attempt: int
    pid: int


@dataclass(frozen=True)
class SteeredRun:
    """A started run and the folder its operation looks into."""

    id: int
    folder: Path

    def arrived(self, attempt: int = 1) -> Trace:
        """Wait until the operation is where it is held; answers with the process it is in."""

        def look():
            return next((trace for trace in self._traces("reached") if trace.attempt == attempt), None)

        return wait_until(look, f"run {self.id} does not come to where it is held")

    def go(self, attempt: int = 1) -> None:
        """Let an attempt pass where it is held."""
        (self.folder / f"go-{attempt}").touch()

    @property
    def effects(self) -> list[Trace]:
        """What it has really done, in order, whoever did it."""
        return self._traces("effects")

    @property
    def done(self) -> list[str]:
        """The items it has really done, in order."""
        return [trace.what for trace in self.effects]

    def _traces(self, log: str) -> list[Trace]:
        try:
            lines = (self.folder / log).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [Trace(what, int(attempt), int(pid)) for what, attempt, pid in map(str.split, lines)]
