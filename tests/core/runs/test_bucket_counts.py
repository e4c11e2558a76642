"""Counts of buckets: exact for every filter, from what was counted as runs ended."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from alembic import command
from sqlalchemy import Column, MetaData, Table, delete, insert, select

from app.core.db import db, table_of
from app.core.registry.catalog import current_catalog
from app.core.registry.lineages import config_of, lineages
from app.core.runs import lifecycle
from app.core.runs.bucket_counts import bucket_counts
from app.core.runs.counts import EVER, RunCount, uncount
from app.core.runs.filter import RunFilter
from app.core.runs.known import known_initiators, known_run_types
from app.core.runs.lifecycle.inserting import untouched
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus, StatusBucket
from app.core.runs.tally import Tally
from tests.support.counting import counted_one_by_one
from tests.support.databases import on_both_databases
from tests.support.records import begin, new_run

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def many(make_run, make_user, make_tenant, tenant):
    """Runs of two types, labels and initiators, around a noon, active and ended; one of another tenant."""
    somebody = make_user(tenant=tenant)
    statuses = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.FAILED)
    for number, status in enumerate(statuses * 3):
        run_type, label = (("probe.check", "Check"), ("probe.mend", "Mend 7 %"))[number % 2]
        make_run(
            status,
            run_type=run_type,
            label=label,
            user=somebody if number % 3 else None,
            failed=number % 5 == 2,
            succeeded=2 * (status is RunStatus.COMPLETED),
            created_at=NOON + (number - 6) * 5 * HOUR,
        )
    make_run(RunStatus.COMPLETED, tenant=make_tenant(), created_at=NOON)
    return somebody


@pytest.fixture
def recount_by_created_at(app):
    """Count anew: the builder moves runs in time after they ended."""

    def recount():
        db.session.execute(delete(RunCount))
        runs = table_of(BulkOperationRun)
        for run in db.session.execute(select(runs).where(runs.c.finished_at.is_not(None))).mappings():
            for day in (EVER, run["created_at"].astimezone(UTC).date()):
                _count(run, day)
        db.session.commit()

    return recount


def _count(run, day):
    keys = [column.name for column in table_of(RunCount).primary_key if column.name != "day"]
    found = db.session.get(RunCount, {name: run[name] for name in keys} | {"day": day})
    if found is None:
        db.session.add(RunCount(**{name: run[name] for name in keys}, day=day, runs=1))
    else:
        found.runs += 1
    db.session.flush()


PERIODS = {
    "ever": (None, None),
    "from a midnight": (MIDNIGHT, None),
    "from a noon": (NOON, None),
    "to a noon": (None, NOON),
    "whole days": (MIDNIGHT - DAY, MIDNIGHT + DAY),
    "within a day": (NOON - HOUR, NOON + 6 * HOUR),
    "over two nights": (NOON - DAY, NOON + DAY),
    "nothing": (NOON, NOON),
}


@on_both_databases
def test_counts_are_those_of_the_runs_for_every_filter(many, tenant, recount_by_created_at):
    recount_by_created_at()
    runs = db.session.scalars(select(BulkOperationRun).where(BulkOperationRun.tenant_id == tenant.id)).all()
    named = runs[0].id
    types = ((), ("probe.check",), ("probe.check", "probe.mend"), ("probe.none",))
    texts = ("", "mend", "7", f"#{named}", str(named), "%", "nothing like it", "#99999")
    filters = [
        *product(PERIODS.values(), types, (None, "system", many.email), ("",)),
        *product(PERIODS.values(), types[:2], (None, many.email), texts),
    ]

    for (since, until), chosen, initiator, said in filters:
        wanted = RunFilter(run_types=chosen, since=since, until=until, initiator=initiator, text=said)
        meant = Counter(run.bucket for run in runs if is_meant(run, wanted))
        assert bucket_counts(tenant, wanted) == {bucket: meant[bucket] for bucket in StatusBucket}, wanted


def is_meant(run, wanted):
    """What a filter means, in plain words."""
    return (
        (not wanted.run_types or run.run_type in wanted.run_types)
        and (wanted.since is None or run.created_at >= wanted.since)
        and (wanted.until is None or run.created_at < wanted.until)
        and wanted.initiator in {None, run.initiator}
        and (wanted.text.lower() in run.label.lower() or wanted.text.removeprefix("#") == str(run.id))
    )


@on_both_databases
def test_whatever_ends_a_run_counts_it_and_removing_it_takes_it_out(tenant, make_run):
    somebody = Initiator("somebody@example.com")
    plain = lifecycle.claim(begin(tenant, new_run()).run.id, "worker-1", 60.0)
    lifecycle.finish(plain, RunStatus.COMPLETED, Tally())
    failed = make_run(RunStatus.FAILED, failed=1)
    lifecycle.abort(make_run().id, somebody)
    lifecycle.fail_unclaimed(make_run().id, "refused", "Nobody can.")
    make_run(RunStatus.RUNNING)

    assert bucket_counts(tenant, RunFilter()) == counted_one_by_one(tenant)
    assert bucket_counts(tenant, RunFilter())[StatusBucket.FAILED] == 3

    uncount(tenant, [plain.run_id, failed.id])
    db.session.execute(delete(BulkOperationRun).where(BulkOperationRun.id.in_([plain.run_id, failed.id])))
    db.session.commit()

    assert bucket_counts(tenant, RunFilter()) == counted_one_by_one(tenant)
    assert set(db.session.scalars(select(RunCount.runs))) == {2}


@on_both_databases
def test_kinds_are_known_while_there_are_runs_of_them(tenant, make_tenant, make_user, make_run):
    somebody = make_user(tenant=tenant)
    gone = make_run(RunStatus.COMPLETED, run_type="probe.gone")
    make_run(RunStatus.COMPLETED)
    make_run(run_type="probe.queued", user=somebody)
    make_run(tenant=make_tenant(), run_type="probe.elsewhere")

    assert known_run_types(tenant) == ["probe.check", "probe.gone", "probe.queued"]
    assert known_initiators(tenant) == [somebody.email, "system"]

    uncount(tenant, [gone.id])
    db.session.commit()

    assert known_run_types(tenant) == ["probe.check", "probe.queued"]


@on_both_databases
def test_runs_of_an_older_release_get_their_bucket_and_are_counted(app, tenant):
    (core, *_) = lineages(current_catalog())
    command.downgrade(config_of(core), "0007")
    before = list(product(RunStatus, (0, 1, 7), (0, 1, 7)))
    _insert_as_then(tenant, before)

    command.upgrade(config_of(core), "head")

    runs = db.session.scalars(select(BulkOperationRun)).all()
    assert len(runs) == len(before)
    assert [run for run in runs if run.status_bucket != run.bucket] == []
    assert bucket_counts(tenant, RunFilter()) == counted_one_by_one(tenant)
    assert bucket_counts(tenant, RunFilter(since=MIDNIGHT, until=MIDNIGHT + DAY)) == counted_one_by_one(
        tenant
    )


def _insert_as_then(tenant, standings):
    runs = table_of(BulkOperationRun)
    declared = {
        "tenant_id": tenant.id,
        "resource": "probe",
        "action": "check",
        "label": "Probe",
        "initiator": "system",
        "plugin": "probe",
        "plugin_version": "1.0.0",
        "correlation_id": "-",
        "created_at": NOON,
    }
    # The table as it was: without the column of today.
    names = [column.name for column in runs.c if column.name not in {"id", "status_bucket"}]
    then = Table(runs.name, MetaData(), *(Column(name, runs.c[name].type) for name in names))
    defaults = {name: value for name, value in untouched().items() if name in names}
    same = defaults | declared | {"updated_at": NOON, "ring_at": NOON}
    rows = [
        same | {"status": status, "succeeded": succeeded, "failed": failed}
        for status, succeeded, failed in standings
    ]
    db.session.execute(insert(then), rows)
    db.session.commit()
