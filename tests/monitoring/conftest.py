"""Runs as the hub meets them."""

import pytest

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.records import lease_of


@pytest.fixture
def lose_an_item(make_run, fresh):
    """Add a final run of which one item was in work when its worker was lost, and one was never begun."""

    def lose(*, succeeded=0, failed=0):
        done = [f"item-{number}" for number in range(1, succeeded + failed + 1)]
        items = [*done, "lost", "left"]
        run = make_run(RunStatus.RUNNING, items=items, succeeded=succeeded, failed=failed)
        lease = lease_of(run)
        lifecycle.begin_item(lease, Tally(in_flight=["lost"]))
        lifecycle.finish(lease, RunStatus.COMPLETED, Tally())
        return fresh(run)

    return lose
