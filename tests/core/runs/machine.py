"""Runs under any sequence of claims, crashes, rescues, stops and ends that Hypothesis can think of."""

from datetime import timedelta
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.core import clock
from app.core.runs import lifecycle
from app.core.runs.bucket_counts import bucket_counts
from app.core.runs.filter import RunFilter
from app.core.runs.items import Outcome
from app.core.runs.lifecycle import AbortAnswer, Rescued
from app.core.runs.new_run import Initiator
from app.core.runs.status import ACTIVE, RunStatus
from app.core.runs.tally import failure_entry
from tests.core.runs.crew import ONE_AT_A_TIME, Crew
from tests.core.runs.standing import assert_follows, assert_sound, rewrite, standing, standings
from tests.support.counting import counted_one_by_one
from tests.support.records import begin, new_run

LONG = timedelta(hours=1)
SOMEBODY = Initiator("somebody")
PENDING, RUNNING = ACTIVE
ENDS = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.ABORTED)

which = st.integers(0, 5)  # of those there are
outcomes = st.sampled_from([Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SKIPPED])
last_writes = st.sampled_from(["give back", "give back", "charge", *ENDS])
somebody_works = precondition(lambda self: self.crew.attempts)


class RunsMachine(RuleBasedStateMachine):
    """A few runs of one tenant, and workers of any kind."""

    numbers = count(1)

    def __init__(self, tenant, user):
        super().__init__()
        self.tenant, self.user, self.number = tenant, user, next(self.numbers)
        self.crew = Crew()
        self.standings = self.crew.standings

    @precondition(lambda self: len(self._standing(*ACTIVE)) < 3)
    @rule(
        items=st.integers(0, 4),
        resumable=st.sampled_from([True, True, False]),
        idempotent_items=st.booleans(),
        max_attempts=st.sampled_from([1, 2, 5]),
        run_type=st.sampled_from(["probe.check", ONE_AT_A_TIME]),
        is_unique=st.booleans(),
    )
    def start(self, **declared):
        run = self._start(**declared)
        self._ring(run)

    @precondition(lambda self: self._standing(*ACTIVE))
    @rule(which=which)
    def ring(self, which):
        """One ring more: the first was lost, or the run is worked on already."""
        self._ring(self._pick(which, *ACTIVE))

    @somebody_works
    @rule(which=which)
    def begin_item(self, which):
        attempt = self.crew.pick(which)
        if attempt.item is None:
            self.crew.write(attempt, lambda: self.crew.begin_next(attempt), is_fenced=False)

    @somebody_works
    @rule(which=which, outcome=outcomes)
    def end_item(self, which, outcome):
        attempt = self.crew.pick(which)
        if attempt.item is None:
            self.begin_item(which)
        if attempt.item is not None:
            attempt.end(outcome)

    @somebody_works
    @rule(which=which, number=st.integers(1, 6))
    def find(self, which, number):
        """An item that the ledger knows, or not; or something that is no item's outcome."""
        attempt = self.crew.pick(which)
        if number > 5:
            attempt.progress.report(failure_entry("odd", "It is odd."))
        else:
            attempt.items.add([f"item-{number}"])

    @somebody_works
    @rule(which=which, is_beat=st.booleans())
    def flush(self, which, is_beat):
        attempt = self.crew.pick(which)
        if is_beat:
            assert lifecycle.renew(attempt.lease) == self.crew.holds(attempt)
        else:
            self.crew.write(attempt, attempt.progress.flush)

    @somebody_works
    @rule(which=which)
    def crash(self, which):
        self.crew.leave(self.crew.pick(which))

    @somebody_works
    @rule(which=which, what=last_writes)
    def leave(self, which, what):
        attempt = self.crew.pick(which)
        tally = attempt.progress.take()

        def write():
            if what in ENDS:
                lifecycle.finish(attempt.lease, what, tally)
            else:
                lifecycle.give_back(attempt.lease, tally, "Stopped.", is_charged=what == "charge")

        self.crew.end(attempt, write)

    @precondition(lambda self: self._standing(RUNNING))
    @rule(which=which, is_rung=st.booleans())
    def rescue(self, which, is_rung):
        """Two rescuers saw the same lease over; its holder may live."""
        run = self._pick(which, RUNNING)
        rewrite(run, lease_expires_at=clock.now() - LONG)
        rescued = [lifecycle.rescue(run, self.standings[run].lease_token) for _ in range(2)]
        assert rescued[0] is not Rescued.NOT_LOST
        assert rescued[1] is Rescued.NOT_LOST
        self.everything_holds()
        if is_rung:
            self._ring(run)

    @precondition(lambda self: self.standings)
    @rule(which=which, how=st.sampled_from(["rescue", "overdue", "refuse", "abort", "abort", "force"]))
    def interfere(self, which, how):
        """Somebody who is not its worker."""
        run = self._pick(which, *RunStatus)
        getattr(self, f"_{how}")(run, self.standings[run])

    @invariant()
    def everything_holds(self):
        for run, now in standings(self.standings).items():
            assert_sound(now)
            assert_follows(now, self.standings[run])
            self.standings[run] = now
        assert len(self.crew.running(ONE_AT_A_TIME)) <= 1

    def teardown(self):
        """Whatever had happened: good workers come, and every run ends."""
        while self._standing(RUNNING):
            self.rescue(0, is_rung=False)
        for run in self._standing(PENDING):
            attempt = self.crew.claim(run)
            self.everything_holds()
            self.crew.work_off(attempt)
            self.everything_holds()
        assert not self._standing(*ACTIVE)
        assert bucket_counts(self.tenant, RunFilter()) == counted_one_by_one(self.tenant)

    def _ring(self, run):
        before, is_taken = self.standings[run], self.crew.is_taken(run)
        attempt = self.crew.claim(run)
        assert (attempt is not None) == (before.status is PENDING and not is_taken)
        assert attempt or standing(run) == before

    def _rescue(self, run, before):
        assert lifecycle.rescue(run, before.lease_token) is Rescued.NOT_LOST, "its lease was not over"
        assert standing(run) == before

    def _overdue(self, run, before):
        rewrite(run, deadline_at=clock.now() - LONG)
        assert lifecycle.fail_overdue(run) == (before.status is RUNNING)

    def _refuse(self, run, before):
        assert lifecycle.fail_unclaimed(run, "refused", "Nobody can.") == (before.status is PENDING)

    def _abort(self, run, before):
        expected = {PENDING: AbortAnswer.ABORTED, RUNNING: AbortAnswer.REQUESTED}
        assert lifecycle.abort(run, SOMEBODY) is expected.get(before.status, AbortAnswer.FINAL)

    def _force(self, run, before):
        if before.status is RUNNING:
            lifecycle.abort(run, SOMEBODY)
            assert lifecycle.force_abort(run, SOMEBODY) is AbortAnswer.TOO_EARLY
            rewrite(run, abort_requested_at=clock.now() - LONG)
        expected = {PENDING: AbortAnswer.TOO_EARLY, RUNNING: AbortAnswer.ABORTED}
        assert lifecycle.force_abort(run, SOMEBODY) is expected.get(before.status, AbortAnswer.FINAL)

    def _start(self, *, items, run_type="probe.check", is_unique=False, **declared):
        key = f"history-{self.number}" if is_unique else None
        item_ids = [f"item-{number}" for number in range(1, items + 1)]
        limit = 1 if run_type == ONE_AT_A_TIME else None
        new = new_run(run_type, item_ids=item_ids, concurrency=limit, idempotency_key=key, **declared)
        started = begin(self.tenant, new, self.user)
        run = started.run.id
        if started.created:
            self.crew.declared[run], self.standings[run] = new, standing(run)
        assert not self.standings[run].is_final
        return run

    def _standing(self, *statuses):
        return [run for run, found in self.standings.items() if found.status in statuses]

    def _pick(self, which, *statuses):
        runs = self._standing(*statuses)
        return runs[which % len(runs)]
