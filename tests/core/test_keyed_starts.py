"""Two starts with one key at one moment; what else a key does is told by tests/api/test_starting.py."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

from sqlalchemy import func, select

from app.core.db import db
from app.core.keyed_starts import KeyedStart, start_once
from app.core.registry.catalog import current_catalog
from app.core.runs.models import BulkOperationRun
from tests.support.databases import on_postgresql


@on_postgresql
def test_whoever_comes_second_at_the_same_moment_gets_the_run_of_the_first(app, tenant, operator, offer):
    numbers, first = count(), []

    def start():
        return start_once(current_catalog(), tenant, "probe.check", {}, operator, "k-1")

    def start_elsewhere():
        with app.app_context():
            return start()

    def items(_tenant, _params):
        """Asked after the key was looked for: another request is quicker."""
        if next(numbers) == 0:
            with ThreadPoolExecutor(1) as other:
                first.append(other.submit(start_elsewhere).result())
        return []

    offer(lambda _run: None, items=items, idempotency_key=lambda _tenant, _params: str(next(numbers)))

    assert [start()] == first
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRun)) == 1
    assert db.session.scalar(select(func.count()).select_from(KeyedStart)) == 1
