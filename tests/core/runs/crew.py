"""Workers as attempts in memory: one that forgets its lease has crashed, one that lost it is a zombie."""

from collections import Counter
from collections.abc import Callable

from app.core.errors import LeaseLostError
from app.core.runs import lifecycle
from app.core.runs.items import OPEN, Outcome
from app.core.runs.new_run import NewRun
from app.core.runs.status import RunStatus
from tests.core.runs.attempt import Attempt
from tests.core.runs.standing import Standing, standing

ONE_AT_A_TIME = "probe.single"  # a run type of which a tenant may have one run running


class Crew:
    """Everybody who works or believes to, and where their runs stood when somebody last looked."""

    def __init__(self):
        self.attempts: list[Attempt] = []
        self.standings: dict[int, Standing] = {}
        self.declared: dict[int, NewRun] = {}  # run -> how it was started
        self._begun: Counter[tuple[int, str]] = Counter()

    def pick(self, which: int) -> Attempt:
        """One of those that work."""
        return self.attempts[which % len(self.attempts)]

    def claim(self, run: int) -> Attempt | None:
        """Hear a ring for a run."""
        lease = lifecycle.claim(run, f"worker-{len(self.attempts)}", 60)
        if lease is None:
            return None
        attempt = Attempt(lease)
        self.attempts.append(attempt)
        return attempt

    def leave(self, attempt: Attempt) -> None:
        """Nobody hears of this worker again."""
        self.attempts.remove(attempt)

    def is_taken(self, run: int) -> bool:
        """Whether a run has to wait for others of its type."""
        new = self.declared[run]
        return new.concurrency == 1 and any(other != run for other in self.running(new.run_type))

    def running(self, run_type: str) -> list[int]:
        """Running runs of a type."""
        numbers = [run for run, new in self.declared.items() if new.run_type == run_type]
        return [run for run in numbers if self.standings[run].status is RunStatus.RUNNING]

    def begin_next(self, attempt: Attempt) -> bool:
        """Begin an item if one is left: what may not be repeated never is, what has its outcome neither."""
        item = attempt.next()
        if item is None:
            return False
        is_held = self.holds(attempt)
        attempt.begin(item)
        self._begun[attempt.run_id, item] += 1
        assert attempt.may_repeat or (is_held and self._begun[attempt.run_id, item] == 1)
        assert not is_held or standing(attempt.run_id).ledger[item][0] in list(OPEN)
        return True

    def write(self, attempt: Attempt, write: Callable[[], object], *, is_fenced: bool = True) -> None:
        """Write as a worker; one that has lost its lease changes nothing and goes.

        Args:
            attempt: who writes.
            write: what it does.
            is_fenced: whether that surely writes; else it may do nothing, for which nobody needs a lease.
        """
        is_held, before = self.holds(attempt), self.standings[attempt.run_id]
        try:
            write()
            assert is_held or not is_fenced
        except LeaseLostError:
            assert not is_held
            self.leave(attempt)
        assert is_held or standing(attempt.run_id) == before

    def end(self, attempt: Attempt, write: Callable[[], object]) -> None:
        """Write a last time."""
        self.write(attempt, write)
        if attempt in self.attempts:
            self.leave(attempt)

    def work_off(self, attempt: Attempt) -> None:
        """Do what is left, and end the run."""
        while self.begin_next(attempt):
            attempt.end(Outcome.SUCCEEDED)
        tally = attempt.progress.take()
        self.end(attempt, lambda: lifecycle.finish(attempt.lease, RunStatus.COMPLETED, tally))

    def holds(self, attempt: Attempt) -> bool:
        """Whether the run is this attempt's."""
        return self.standings[attempt.run_id].lease_token == attempt.lease.token
