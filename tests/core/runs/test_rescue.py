"""Runs that nobody works on are found: lost workers and unheard rings."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core import clock
from app.core.db import db
from app.core.runs import heartbeat
from app.core.runs.models import BulkOperationRun
from app.core.runs.rescue import RING_PATIENCE, sweep
from app.core.runs.status import RunStatus
from tests.support.databases import on_both_databases
from tests.support.records import lease_of

PAST = timedelta(seconds=1)


def change(run, **values):
    db.session.execute(update(BulkOperationRun).where(BulkOperationRun.id == run.id).values(**values))
    db.session.commit()


@on_both_databases
def test_a_run_whose_lease_is_over_is_failed_as_worker_lost(app, make_run, fresh, operator):
    run = make_run(RunStatus.RUNNING, items=["a", "b"], succeeded=1, user=operator)
    change(run, lease_expires_at=clock.now() - PAST)

    sweep()

    run = fresh(run)
    assert (run.status, run.failure_totals) == (RunStatus.FAILED, {"worker_lost": 1})
    assert run.succeeded == 1


def test_a_run_whose_lease_is_renewed_is_left_alone(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING)
    change(run, lease_expires_at=clock.now() - PAST)

    with heartbeat.kept_alive(lease_of(run)):
        assert heartbeat.beat() == 1
    sweep()

    assert fresh(run).status == RunStatus.RUNNING


def test_a_lease_that_is_let_go_is_not_renewed(app, make_run, fresh):
    run = make_run(RunStatus.RUNNING)
    before = run.lease_expires_at

    with heartbeat.kept_alive(lease_of(run)):
        pass

    assert heartbeat.beat() == 0
    assert fresh(run).lease_expires_at == before


@on_both_databases
def test_a_ring_that_nobody_heard_is_rung_again(app, make_run, worker, fresh, offer):
    offer(lambda _run: None)
    run = make_run()
    change(run, rung_at=clock.now() - RING_PATIENCE - PAST)
    assert worker() == 0, "the first ring was lost"

    sweep()

    assert worker() == 1
    assert fresh(run).status == RunStatus.COMPLETED


def test_a_ring_is_not_repeated_before_there_was_time_to_hear_it(app, make_run, worker):
    make_run()

    sweep()
    assert worker() == 0


def test_two_sweeps_ring_once(app, make_run, worker, offer):
    offer(lambda _run: None)
    change(make_run(), rung_at=clock.now() - RING_PATIENCE - PAST)

    sweep()
    sweep()

    assert worker() == 1


@pytest.mark.parametrize("status", [status for status in RunStatus if status.is_final])
def test_a_final_run_is_never_touched(app, make_run, fresh, worker, status):
    run = make_run(status)
    long_ago = clock.now() - timedelta(days=30)
    change(run, rung_at=long_ago, lease_expires_at=long_ago)

    sweep()

    assert fresh(run).version == run.version
    assert worker() == 0
