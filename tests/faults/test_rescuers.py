"""Rescuers among themselves: a row that somebody keeps locked costs them that row and nothing else."""

from datetime import timedelta

import psycopg
import pytest

from app.core.runs.status import RunStatus
from tests.faults.soundness import assert_sound
from tests.support.stacks import LEASE_SECONDS, on_stacks


@pytest.fixture
def locked(stack):
    """Lock the row of a run, as a frozen worker in the middle of a write does; `commit()` lets go."""
    connections = []

    def lock(run):
        url = stack.settings.database_url.replace("+psycopg", "")
        connection = psycopg.connect(url)
        connections.append(connection)
        connection.execute("SELECT id FROM bulk_operation_runs WHERE id = %s FOR UPDATE", [run.id])
        return connection

    yield lock
    for connection in connections:
        connection.close()


# SQLite has no locked rows: whoever writes locks the whole file, for everybody.
@on_stacks("redis", "postgres")
def test_a_lost_run_whose_row_is_locked_does_not_stop_the_heart_of_a_rescuer(stack, locked):
    frozen = stack.worker()
    lost = stack.start("steady", hold="before:item-2")
    lost.arrived()
    frozen.kill()
    holder = locked(lost)
    rescuer = stack.worker()
    kept = stack.start("steady", hold="before:item-2")
    kept.arrived()
    moment = stack.run(kept).lease_expires_at + timedelta(seconds=2 * LEASE_SECONDS)

    stack.become(kept, lambda found: found.lease_expires_at > moment, deadline=15)
    holder.commit()
    kept.go()
    lost.go()

    for run in (lost, kept):
        assert stack.end_of(run).status == RunStatus.COMPLETED
        assert_sound(stack, run)
    assert (stack.run(kept).attempt, stack.run(lost).attempt) == (1, 2)
    assert not rescuer.has_ended
