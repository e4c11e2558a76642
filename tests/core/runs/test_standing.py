"""How tenants stand, and their runs day by day."""

from datetime import UTC, datetime, timedelta

from app.core import clock
from app.core.runs.standing import standings
from app.core.runs.status import RunStatus, StatusBucket
from app.core.runs.trend import DAYS, runs_per_day
from app.core.runs.workers import WorkerCard, note_worker
from tests.support.databases import on_both_databases


def looks(asked):
    return [one for one in asked if one.statement.startswith("SELECT")]


def in_numbers(standing):
    return standing.queued, standing.running, standing.failed


@on_both_databases
def test_every_tenant_is_told_what_waits_runs_and_failed_lately(app, make_run, make_tenant):
    busy, quiet, unasked = (make_tenant() for _ in range(3))
    make_run(tenant=busy)
    make_run(RunStatus.RUNNING, tenant=busy)
    make_run(RunStatus.COMPLETED, tenant=busy, succeeded=1)
    make_run(RunStatus.COMPLETED_WITH_ERRORS, tenant=busy, succeeded=1, failed=1)
    make_run(RunStatus.COMPLETED, tenant=busy, failed=2)
    make_run(RunStatus.FAILED, tenant=busy)
    make_run(RunStatus.ABORTED, tenant=busy, retention=3_600.0 * 24 * 90)
    make_run(RunStatus.FAILED, tenant=busy, created_at=clock.now() - timedelta(days=8))
    make_run(RunStatus.FAILED, tenant=unasked)

    found = standings([busy, quiet])

    assert {key: in_numbers(one) for key, one in found.items()} == {busy.id: (1, 1, 3), quiet.id: (0, 0, 0)}
    assert not found[busy.id].has_worker
    note_worker(WorkerCard("w", "host", 1, "1", 1, {}, []), 60)
    assert standings([busy])[busy.id].has_worker


ENDS = (
    (RunStatus.COMPLETED, {"succeeded": 1}),
    (RunStatus.COMPLETED, {}),
    (RunStatus.COMPLETED, {"skipped": 1}),
    (RunStatus.COMPLETED, {"succeeded": 1, "failed": 1}),
    (RunStatus.COMPLETED, {"failed": 1}),
    (RunStatus.COMPLETED, {"succeeded": 1, "reports": [("refused", "No.")]}),
    (RunStatus.COMPLETED, {"reports": [("refused", "No.")]}),
    (RunStatus.FAILED, {"succeeded": 1}),
    (RunStatus.ABORTED, {}),
)


@on_both_databases
def test_every_end_is_counted_in_its_bucket_whatever_keeps_the_run(app, tenant, make_run):
    runs = [make_run(status, **how) for status, how in ENDS]
    runs += [make_run(status, retention=3_600.0, **how) for status, how in ENDS]
    make_run()
    make_run(RunStatus.RUNNING)

    today = runs_per_day(tenant)[-1]

    buckets = [run.bucket for run in runs]
    assert {bucket: buckets.count(bucket) for bucket in today.counts} == today.counts
    assert set(buckets) == set(today.counts)
    assert standings([tenant])[tenant.id].failed == today.counts[StatusBucket.FAILED]


@on_both_databases
def test_every_day_has_the_runs_of_that_day_and_those_without_have_none(app, tenant, make_run, make_tenant):
    today = clock.now().astimezone(UTC).date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for before in (
        timedelta(),
        timedelta(microseconds=1),
        timedelta(hours=24),
        timedelta(days=DAYS - 1),
        timedelta(days=DAYS - 1, microseconds=1),
    ):
        make_run(RunStatus.COMPLETED, succeeded=1, created_at=midnight - before)
    make_run(RunStatus.FAILED, tenant=make_tenant())

    days = runs_per_day(tenant)

    assert [day.day for day in days] == [today - timedelta(days=past) for past in reversed(range(DAYS))]
    assert {(today - day.day).days: day.total for day in days if day.total} == {0: 1, 1: 2, DAYS - 1: 1}
