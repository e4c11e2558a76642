"""How the databases would answer: from one index in its order, however many runs there are."""

from datetime import UTC, datetime

import pytest

from app.core.db import db
from app.core.runs.bucket_counts import bucket_counts
from app.core.runs.filter import RunFilter
from app.core.runs.listing import list_runs
from app.core.runs.models import BulkOperationRun
from app.core.runs.standing import standings
from app.core.runs.status import RunStatus, StatusBucket
from tests.support.asking import asking, plan_of
from tests.support.copies import copy_runs
from tests.support.databases import on_both_databases

MOMENT = datetime(2026, 3, 10, 12, tzinfo=UTC)
NAMED = "ix_bulk_operation_runs_tenant_id_{}_id"
TIME, BUCKET, TYPE, INITIATOR = (
    NAMED.format(columns)
    for columns in (
        "created_at",
        "status_bucket_created_at",
        "resource_action_created_at",
        "initiator_created_at",
    )
)
SORTS = ("SORT", "TEMP B-TREE", "SEQ SCAN", "SCAN BULK_OPERATION_RUNS")


@pytest.fixture
def database(request, database):
    """On a server of their own: what it learns of these rows must not change the plans of other tests."""
    return request.getfixturevalue("own_database") if database.name == "postgresql" else database


@pytest.fixture
def _runs(make_run, make_user, tenant):
    copy_runs(
        make_run(RunStatus.COMPLETED, label="Inventory sync"),
        make_run(RunStatus.COMPLETED, label="Inventory sync"),
        make_run(
            RunStatus.FAILED,
            label="Inventory check",
            run_type="probe.mend",
            user=make_user(tenant=tenant, email="rare@example.com"),
        ),
    )


@on_both_databases
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, TIME),
        ({"since": MOMENT, "until": MOMENT}, TIME),
        ({"before": (MOMENT, 7)}, TIME),
        ({"after": (MOMENT, 7)}, TIME),
        ({"up_to": (MOMENT, 7)}, TIME),
        ({"bucket": StatusBucket.FAILED}, BUCKET),
        ({"bucket": StatusBucket.FAILED, "before": (MOMENT, 7)}, BUCKET),
        ({"run_types": ["probe.check"]}, TYPE),
        ({"run_types": ["probe.check"], "before": (MOMENT, 7), "since": MOMENT}, TYPE),
        ({"initiator": "rare@example.com"}, INITIATOR),
        ({"text": "sync"}, TYPE),
    ],
)
@pytest.mark.usefixtures("_runs")
def test_a_page_is_read_from_one_index_in_its_order(tenant, wanted, index):
    with asking() as asked:
        list_runs(tenant, RunFilter(**wanted))

    plan = plan_of(asked[-1])
    assert any(index in step for step in plan), plan
    assert not [step for step in plan if any(sort in step.upper() for sort in SORTS)], plan


@on_both_databases
@pytest.mark.usefixtures("_runs")
def test_several_types_are_each_read_from_the_index_of_types(tenant):
    with asking() as asked:
        list_runs(tenant, RunFilter(run_types=["probe.check", "probe.mend"]))

    assert sum(TYPE in step for step in plan_of(asked[-1])) == 2


@on_both_databases
@pytest.mark.usefixtures("_runs")
def test_counting_looks_at_active_runs_and_at_days(tenant):
    with asking() as asked:
        bucket_counts(tenant, RunFilter(run_types=["probe.check"]))

    [plan] = [plan_of(one) for one in asked if "GROUP BY" in one.statement]
    assert any(BUCKET in step for step in plan), plan
    assert any("bulk_operation_run_counts" in step for step in plan), plan
    assert not [step for step in plan if step.endswith("(tenant_id=?)")], plan


@on_both_databases
@pytest.mark.usefixtures("_runs")
def test_no_list_reads_a_column_of_json(tenant):
    with asking() as asked:
        list_runs(tenant, RunFilter(text="sync"))

    long = [column.name for column in BulkOperationRun.__table__.c if "JSON" in str(column.type)]
    assert len(long) > 5
    assert not [name for name in long if name in asked[-1].statement]
    db.session.rollback()


@on_both_databases
def test_how_tenants_stand_is_found_by_indexes_in_as_many_queries_for_many(app, make_tenant, make_run):
    tenants = [make_tenant() for _ in range(3)]
    copy_runs(*(make_run(RunStatus.COMPLETED, tenant=tenant) for tenant in tenants))
    with asking() as asked_of_one:
        standings(tenants[:1])
    with asking() as asked:
        standings(tenants)

    selects = [sum(one.statement.startswith("SELECT") for one in each) for each in (asked, asked_of_one)]
    assert selects == [3, 3]
    [plan] = [" ".join(plan_of(one)) for one in asked if "created_at" in one.statement]
    assert BUCKET in plan
