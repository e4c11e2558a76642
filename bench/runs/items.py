"""A run of no-op items beside a bare loop that writes the same ledger rows in batches."""

import time

from sqlalchemy import bindparam, insert, update

from app.core.db import db, table_of
from app.core.registry.catalog import current_catalog
from app.core.runs.execute import execute_run
from app.core.runs.items import BulkOperationRunItem, Outcome
from app.core.runs.models import BulkOperationRun
from app.core.runs.start import start_operation
from bench.runs.deployment import Deployment

BATCH = 1000


def tracked_seconds(deployment: Deployment, count: int, mark: int) -> float:
    """Execute a run of `count` no-op items in this process: listing, working, counting, ending."""
    params = {"items": count, "mark": mark}
    run_id = start_operation(current_catalog(), deployment.tenant, "bench.items", params).run_id
    began = time.perf_counter()
    execute_run(run_id)
    took = time.perf_counter() - began
    run = db.session.get_one(BulkOperationRun, run_id, populate_existing=True)
    db.session.commit()
    assert (run.status, run.succeeded, run.total_items) == ("completed", count, count), run.status
    return took


def bare_seconds(deployment: Deployment, count: int, mark: int) -> float:
    """List as many items of a run and give each its outcome, a batch a transaction; nothing else."""
    run_id = start_operation(current_catalog(), deployment.tenant, "bench.noop", {"mark": mark}).run_id
    items = table_of(BulkOperationRunItem)
    settle = (
        update(items)
        .where(items.c.run_id == bindparam("of_run"), items.c.item_id == bindparam("of_item"))
        .values(outcome=bindparam("to_outcome"), attempt=bindparam("to_attempt"))
    )
    began = time.perf_counter()
    for first in range(0, count, BATCH):
        rows = [
            {"run_id": run_id, "item_id": f"item-{number:06}", "outcome": Outcome.PENDING, "attempt": 0}
            for number in range(first, min(first + BATCH, count))
        ]
        db.session.connection().execute(insert(items), rows)
        db.session.commit()
    for first in range(0, count, BATCH):
        rows = [
            {
                "of_run": run_id,
                "of_item": f"item-{number:06}",
                "to_outcome": Outcome.SUCCEEDED,
                "to_attempt": 1,
            }
            for number in range(first, min(first + BATCH, count))
        ]
        db.session.connection().execute(settle, rows)
        db.session.commit()
    return time.perf_counter() - began
