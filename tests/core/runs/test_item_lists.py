"""A page of a run's items costs a page, however many items the run has, whatever it is filtered by."""

import json

import pytest
from sqlalchemy import select, text

from app.core.db import db
from app.core.runs.item_lists import ItemFilter, ItemGroup, list_items, reasons_of
from app.core.runs.items import BulkOperationRunItem, Outcome
from tests.support.asking import asking
from tests.support.databases import on_both_databases

MANY, PAGE = 20_000, 51
# A twentieth failed, one of them for a reason of its own; the last two thousand wait.
FILL = f"""
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
    INSERT INTO bulk_operation_run_items
        (run_id, item_id, outcome, attempt, reason_code, reason, created_at)
    SELECT :run_id, 'crowd-' || i,
        CASE WHEN i > {MANY - 2000} THEN 'pending' WHEN i % 20 = 0 THEN 'failed' ELSE 'succeeded' END, 1,
        CASE WHEN i > {MANY - 2000} THEN NULL WHEN i = {MANY - 2020} THEN 'rare'
             WHEN i % 20 = 0 THEN 'common' END,
        'It is said.', :now
    FROM n
"""  # noqa: S608 - our own numbers


@pytest.fixture
def crowd(make_run):
    """A run of twenty thousand items behind those of another, with all statistics that a database keeps."""
    other, run = make_run(), make_run()
    for one in (other, run):
        db.session.execute(text(FILL), {"run_id": one.id, "now": "2026-11-01 00:00:00+00:00"})
    db.session.commit()
    db.session.execute(text("ANALYZE bulk_operation_run_items"))
    db.session.commit()
    return run


def work_for(call):
    """How many rows a database looks at for what a call asks: counted by PostgreSQL, estimated on SQLite."""
    with asking() as asked:
        call()
    if db.engine.dialect.name == "sqlite":
        return _steps_on_sqlite(call) / STEPS_A_ROW
    (one,) = asked
    explained = db.session.connection().exec_driver_sql(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {one.statement}", one.parameters
    )
    return sum(_rows_below(explained.scalar_one()[0]["Plan"]))


STEPS_A_ROW = 40  # of SQLite's machine, for a row that is found, merged and answered; generously


def _steps_on_sqlite(call):
    steps = []
    connection = db.session.connection().connection.driver_connection
    connection.set_progress_handler(lambda: steps.append(1), 1)
    call()
    connection.set_progress_handler(None, 0)
    return len(steps)


def _rows_below(plan):
    """What each scan of a plan looked at."""
    assert plan["Node Type"] != "Seq Scan", json.dumps(plan, indent=1)
    if "Plans" not in plan:
        yield (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for inner in plan.get("Plans", ()):
        yield from _rows_below(inner)


@on_both_databases
def test_a_page_costs_a_page_filtered_or_not(crowd):
    middle = db.session.scalar(
        select(BulkOperationRunItem.id).filter_by(run_id=crowd.id, item_id="crowd-15000")
    )
    wanted = {
        "all": ItemFilter(),
        "deep": ItemFilter(after=middle),
        "rare reason": ItemFilter(reason_code="rare"),
        "rare reason of the failed": ItemFilter((Outcome.FAILED,), reason_code="rare"),
        **{group.value: ItemFilter(group.outcomes) for group in ItemGroup},
        **{f"deep {group.value}": ItemFilter(group.outcomes, after=middle) for group in ItemGroup},
    }

    costs = {
        name: work_for(lambda one=one: list_items(crowd, one, limit=PAGE)) for name, one in wanted.items()
    }

    allowed = {name: PAGE * len(one.outcomes) for name, one in wanted.items()}
    assert {name: cost for name, cost in costs.items() if cost > max(allowed[name], 2 * PAGE)} == {}


@on_both_databases
def test_the_reasons_of_a_crowd_cost_a_seek_each(crowd):
    assert reasons_of(crowd) == ["common", "rare"]
    assert work_for(lambda: reasons_of(crowd)) < PAGE


@on_both_databases
def test_a_text_is_looked_for_in_the_ledgers_order(crowd):
    found = list_items(crowd, ItemFilter(text="CROWD-1999"), limit=5)

    assert [row.item_id for row in found] == ["crowd-1999", *(f"crowd-1999{n}" for n in range(4))]
