"""PostgreSQL crashes right after a claim: what may not begin twice was claimed on disk."""

import pytest

from app.core.db import db
from app.core.runs import lifecycle
from app.core.runs.events import EventKind
from app.core.runs.lease import Lease
from app.core.runs.queries import find_run, timeline_of
from app.core.runs.status import RunStatus
from tests.support.browsing import end_transaction
from tests.support.databases import on_postgresql

pytestmark = [on_postgresql, pytest.mark.slow]


@pytest.fixture
def database(request, own_database):
    """Where the data of these tests are: on a server of their own."""
    assert request.param == "postgresql"
    return own_database


@pytest.fixture
def claim_and_crash(make_run, own_postgres):
    """Claim a run as a worker does, and lose what the server has not on disk by then."""

    def crashed(**declared) -> Lease:
        run = make_run(**declared)
        end_transaction()
        lease = lifecycle.claim(run.id, "worker-1", 60, offered={"probe.check": ["probe.check"]})
        assert lease is not None
        own_postgres.crash()
        own_postgres.start()
        db.engine.dispose()
        return lease

    return crashed


def test_a_lost_claim_of_a_resumable_run_never_was(tenant, claim_and_crash):
    lost = claim_and_crash(resumable=True)

    run = find_run(tenant, lost.run_id)
    assert (run.status, run.attempt) == (RunStatus.PENDING, 0)
    assert EventKind.CLAIMED not in [event.kind for event in timeline_of(run)]
    end_transaction()
    assert not lifecycle.renew(lost)
    assert lifecycle.claim(run.id, "worker-2", 60).attempt == 1


@pytest.mark.parametrize("limit", [None, 1])
def test_the_claim_of_a_run_that_may_not_begin_twice_outlives_the_crash(tenant, claim_and_crash, limit):
    kept = claim_and_crash(resumable=False, concurrency=limit)

    run = find_run(tenant, kept.run_id)
    assert (run.status, run.lease_token) == (RunStatus.RUNNING, kept.token)
    end_transaction()
    assert lifecycle.claim(run.id, "worker-2", 60) is None
