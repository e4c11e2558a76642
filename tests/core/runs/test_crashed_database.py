"""PostgreSQL crashes right after a claim or an end: what may not happen twice was on disk."""

import pytest

from app.core.db import db
from app.core.runs import lifecycle
from app.core.runs.events import EventKind
from app.core.runs.lease import Lease
from app.core.runs.queries import find_run, timeline_of
from app.core.runs.rescue import sweep
from app.core.runs.status import ACTIVE, RunStatus
from app.core.runs.tally import Tally
from tests.support.browsing import end_transaction
from tests.support.databases import on_postgresql

pytestmark = [on_postgresql, pytest.mark.slow]


@pytest.fixture
def database(request, own_database):
    """Where the data of these tests are: on a server of their own."""
    assert request.param == "postgresql"
    return own_database


@pytest.fixture
def claim(make_run):
    """Claim a new run as a worker does."""

    def claimed(lease_seconds: float = 60, **declared) -> Lease:
        run = make_run(**declared)
        end_transaction()
        lease = lifecycle.claim(run.id, "worker-1", lease_seconds, offered={"probe.check": ["probe.check"]})
        assert lease is not None
        return lease

    return claimed


@pytest.fixture
def crash(own_postgres):
    """Lose what the server has not on disk by now."""

    def crashed() -> None:
        own_postgres.crash()
        own_postgres.start()
        db.engine.dispose()

    return crashed


@pytest.fixture
def end_and_crash(claim, crash):
    """End a run whose claim is on disk, and lose what is not."""

    def ended(**declared) -> Lease:
        lease = claim(lease_seconds=0, **declared)
        assert lifecycle.renew(lease)
        lifecycle.finish(lease, RunStatus.COMPLETED, Tally())
        crash()
        return lease

    return ended


def test_a_lost_claim_of_a_resumable_run_never_was(tenant, claim, crash):
    lost = claim(resumable=True)
    crash()

    run = find_run(tenant, lost.run_id)
    assert (run.status, run.attempt) == (RunStatus.PENDING, 0)
    assert EventKind.CLAIMED not in [event.kind for event in timeline_of(run)]
    end_transaction()
    assert not lifecycle.renew(lost)
    assert lifecycle.claim(run.id, "worker-2", 60).attempt == 1


@pytest.mark.parametrize("limit", [None, 1])
def test_the_claim_of_a_run_that_may_not_begin_twice_outlives_the_crash(tenant, claim, crash, limit):
    kept = claim(resumable=False, concurrency=limit)
    crash()

    run = find_run(tenant, kept.run_id)
    assert (run.status, run.lease_token) == (RunStatus.RUNNING, kept.token)
    end_transaction()
    assert lifecycle.claim(run.id, "worker-2", 60) is None


def test_a_lost_end_of_a_resumable_run_comes_again(tenant, end_and_crash):
    lost = end_and_crash(resumable=True, max_attempts=2)

    run = find_run(tenant, lost.run_id)
    assert (run.status, run.lease_token) == (RunStatus.RUNNING, lost.token)
    assert EventKind.COMPLETED not in [event.kind for event in timeline_of(run)]
    end_transaction()

    sweep()

    again = lifecycle.claim(run.id, "worker-2", 60)
    assert again.attempt == 2
    lifecycle.finish(again, RunStatus.COMPLETED, Tally())
    kinds = [event.kind for event in timeline_of(find_run(tenant, run.id))]
    assert kinds.count(EventKind.COMPLETED) == 1


@pytest.mark.parametrize(
    "declared",
    [
        {"resumable": False, "max_attempts": 2},
        {"resumable": True, "max_attempts": 1},
        {"resumable": True, "max_attempts": 2, "max_runtime": 60.0},
        {"resumable": True, "max_attempts": 2, "items": ["item-1"]},
    ],
    ids=["not resumable", "last attempt", "limited time", "items"],
)
def test_every_other_end_outlives_the_crash(tenant, end_and_crash, declared):
    kept = end_and_crash(**declared)

    assert find_run(tenant, kept.run_id).status not in ACTIVE
    end_transaction()
    sweep()
    assert find_run(tenant, kept.run_id).attempt == 1
