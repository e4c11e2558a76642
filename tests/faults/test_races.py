"""Two hands on one run at one moment, again and again: one of them wins, whole, and the run stays sound."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.errors import LeaseLostError
from app.core.registry.catalog import current_catalog
from app.core.runs import lifecycle
from app.core.runs.lifecycle import AbortAnswer, Rescued
from app.core.runs.models import ACTIVE_PREDICATE, BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from tests.faults.racing import at_once
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.records import begin, lease_of, new_run, tally
from tests.support.stacks import on_stacks

# No worker and no queue is asked: the two databases are all the difference there is.
pytestmark = on_stacks("sqlite", "postgres")

ROUNDS = 12
ITEMS = ["item-1", "item-2"]
KINDS = pytest.mark.parametrize("resumable", [True, False], ids=["resumable", "not resumable"])


@pytest.fixture
def running(stack, make_run):
    """A running run with its lease, one of two items done; `expired`: the end of the lease is past."""

    def make(*, resumable=True, expired=False, **past):
        run = make_run(
            RunStatus.RUNNING,
            tenant=stack.tenant,
            user=stack.user,
            items=ITEMS,
            succeeded=1,
            resumable=resumable,
            idempotent_items=resumable,
            max_attempts=3,
        )
        past |= {"lease_expires_at": clock.now() - timedelta(seconds=1)} if expired else {}
        if past:
            stack.change(run.id, **past)
        return run.id, lease_of(run)

    return make


def finish(lease):
    """End a run with its second item done."""
    return lifecycle.finish(lease, RunStatus.COMPLETED, tally(succeeded=["item-2"]))


def give_back(lease):
    return lifecycle.give_back(lease, tally(succeeded=["item-2"]), "Its worker was stopped.")


@KINDS
def test_of_many_rescuers_one_rescues(stack, running, resumable):
    for _ in range(ROUNDS):
        run_id, lease = running(resumable=resumable, expired=True)

        answers = at_once(stack.app, *[partial(lifecycle.rescue, run_id, lease.token)] * 4)

        wanted = Rescued.RESUMED if resumable else Rescued.ENDED
        assert sorted(answers, key=str) == sorted([wanted, *[Rescued.NOT_LOST] * 3], key=str)
        assert assert_sound(stack, run_id).lost_attempts == 1


@KINDS
def test_a_finish_and_a_rescue_do_not_both_happen(stack, running, resumable):
    for _ in range(ROUNDS):
        run_id, lease = running(resumable=resumable, expired=True)

        ended, rescued = at_once(
            stack.app, partial(finish, lease), partial(lifecycle.rescue, run_id, lease.token)
        )

        found = assert_sound(stack, run_id)
        if rescued is Rescued.NOT_LOST:
            assert (ended, found.status, found.succeeded) == ([], RunStatus.COMPLETED, 2)
        else:
            assert isinstance(ended, LeaseLostError)
            assert rescued is (Rescued.RESUMED if resumable else Rescued.ENDED)
            assert (found.status, found.succeeded) == (
                RunStatus.PENDING if resumable else RunStatus.FAILED,
                1,
            )


def test_a_run_that_is_given_back_and_rescued_loses_nothing(stack, running):
    for _ in range(ROUNDS):
        run_id, lease = running(expired=True)

        given, rescued = at_once(
            stack.app, partial(give_back, lease), partial(lifecycle.rescue, run_id, lease.token)
        )

        found = assert_sound(stack, run_id)
        assert found.status == RunStatus.PENDING
        assert (given is True) != (rescued is Rescued.RESUMED)
        assert found.lost_attempts == (rescued is Rescued.RESUMED)


def test_an_abort_never_undoes_a_finish(stack, running):
    for _ in range(ROUNDS):
        run_id, lease = running()

        ended, answer = at_once(
            stack.app, partial(finish, lease), partial(lifecycle.abort, run_id, Initiator())
        )

        assert ended == []
        assert answer in {AbortAnswer.REQUESTED, AbortAnswer.FINAL}
        assert assert_sound(stack, run_id).status == RunStatus.COMPLETED


def test_a_forced_abort_and_a_finish_do_not_both_happen(stack, running):
    for _ in range(ROUNDS):
        run_id, lease = running(abort_requested_at=clock.now() - timedelta(minutes=6))

        ended, answer = at_once(
            stack.app, partial(finish, lease), partial(lifecycle.force_abort, run_id, Initiator())
        )

        found = assert_sound(stack, run_id)
        if answer is AbortAnswer.ABORTED:
            assert isinstance(ended, LeaseLostError)
            assert (found.status, found.succeeded) == (RunStatus.ABORTED, 1)
        else:
            assert (ended, answer, found.status) == ([], AbortAnswer.FINAL, RunStatus.COMPLETED)


def test_an_abort_and_two_claims_leave_one_owner_or_none(stack, make_run):
    for _ in range(ROUNDS):
        run_id = make_run(tenant=stack.tenant, user=stack.user, items=ITEMS).id

        answer, *leases = at_once(
            stack.app,
            partial(lifecycle.abort, run_id, Initiator()),
            *[partial(lifecycle.claim, run_id, f"worker-{number}", 60) for number in (1, 2)],
        )

        found = assert_sound(stack, run_id)
        owners = [lease for lease in leases if lease is not None]
        if answer is AbortAnswer.ABORTED:
            assert (owners, found.status, found.attempt) == ([], RunStatus.ABORTED, 0)
        else:
            assert (answer, len(owners), found.attempt) == (AbortAnswer.REQUESTED, 1, 1)
            assert (found.status, found.lease_token) == (RunStatus.RUNNING, owners[0].token)


def test_of_identical_starts_one_makes_the_run_and_all_answer_with_it(stack, tmp_path):
    for number in range(ROUNDS):
        params = {"folder": str(tmp_path), "name": f"round-{number}"}

        def start(params=params):
            started = start_operation(current_catalog(), stack.tenant, "faults.steady", params, stack.user)
            return started.run.id, started.created

        answers = at_once(stack.app, *[start] * 4)

        assert len({run_id for run_id, _ in answers}) == 1
        assert sum(created for _, created in answers) == 1
        assert_sound(stack, answers[0][0])


def test_a_start_beside_the_finish_of_its_twin_finds_it_or_makes_the_next(stack, running):
    for number in range(ROUNDS):
        key = f"probe.check:{number}"
        run_id, lease = running()
        stack.change(run_id, idempotency_key=key)

        ended, *started = at_once(
            stack.app,
            partial(finish, lease),
            *[partial(begin, stack.tenant, new_run(idempotency_key=key), stack.user)] * 3,
        )

        assert ended == []
        assert assert_sound(stack, run_id).status == RunStatus.COMPLETED
        assert {answer.run.id for answer in started if not answer.created} <= {run_id, *made(started)}
        assert len(made(started)) <= 1
        assert active_runs(key) == len(made(started))


def made(started):
    """The runs that these starts made."""
    return [answer.run.id for answer in started if answer.created]


def active_runs(key):
    end_transaction()
    query = select(func.count()).select_from(BulkOperationRun).where(ACTIVE_PREDICATE)
    count = db.session.scalar(query.where(BulkOperationRun.idempotency_key == key))
    db.session.commit()
    return count
