"""A worker killed in the middle of adding 5,000 policies to a set: another keeps each exactly once."""

import pytest
from sqlalchemy import func, select, text

from app.core import current_catalog, start_operation
from app.core.db import db
from app.core.runs.events import EventKind
from app.core.runs.status import RunStatus
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.sets import create_set
from app.plugins.inventory import PolicyFilter, chosen_ids, find_sync
from tests.faults.soundness import assert_sound
from tests.support.browsing import end_transaction
from tests.support.snapshots import compliance, import_export, write_export
from tests.support.stacks import on_every_stack
from tests.support.waiting import wait_until

pytestmark = on_every_stack

MANY = 5000
# So that there is a middle to be killed in, however quick the machine: half a millisecond more a row.
SLOW = {
    "sqlite": (
        """
        CREATE TRIGGER slow AFTER INSERT ON backup_set_items BEGIN
            SELECT sum(length(item_id)) FROM (SELECT item_id FROM bulk_operation_run_items LIMIT 4000);
        END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(0.0005); RETURN NEW; END'
        """,
        "CREATE TRIGGER slow AFTER INSERT ON backup_set_items FOR EACH ROW EXECUTE FUNCTION slow()",
    ),
}
QUICK = {
    "sqlite": ("DROP TRIGGER slow",),
    "postgresql": ("DROP TRIGGER slow ON backup_set_items", "DROP FUNCTION slow"),
}


@pytest.fixture
def settings(settings):
    """With the plugins that are put to the test."""
    return settings.model_copy(update={"plugins_disabled": ("channels",)})


@pytest.fixture
def _slow_database(stack):
    end_transaction()
    _execute(SLOW[db.engine.dialect.name])
    yield
    for worker in stack.workers:
        worker.clean_up()
    end_transaction()
    _execute(QUICK[db.engine.dialect.name])


def _execute(statements):
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()


@pytest.fixture
def adding(stack, tmp_path, _slow_database):
    """A queued run that adds 5,000 policies to an empty set: (number of the run, the set)."""
    policies = [compliance(f"P{number:04}") for number in range(MANY)]
    folder = write_export(tmp_path / "export", {"all.json": policies})
    sync = import_export(stack.tenant, folder)
    backup_set = create_set(stack.tenant, "Golden")
    policy_ids = chosen_ids(find_sync(stack.tenant, sync.id), PolicyFilter())
    params = {"backup_set_id": backup_set.id, "policy_ids": policy_ids, "sync_run_id": sync.id}
    end_transaction()
    started = start_operation(current_catalog(), stack.tenant, "backup_set.add_policies", params, stack.user)
    return started.run_id, backup_set


def kept(backup_set):
    """(versions, policies) in the set."""
    item = BackupSetItem
    query = select(func.count(), func.count(item.policy_id.distinct()))
    counted = db.session.execute(query.where(item.backup_set_id == backup_set.id)).one()
    end_transaction()
    return tuple(counted)


def test_a_killed_worker_costs_time_and_no_policy(stack, adding):
    run_id, backup_set = adding
    worker = stack.worker()
    wait_until(lambda: kept(backup_set)[0], "nothing is added")

    worker.kill()
    assert 0 < kept(backup_set)[0] < MANY, "it died in the middle"
    stack.worker()
    stack.end_of(run_id, 120)

    found = assert_sound(stack, run_id)
    assert (found.status, found.succeeded, found.lost_attempts) == (RunStatus.COMPLETED, MANY, 1)
    assert kept(backup_set) == (MANY, MANY)
    assert found.summary["added"] == {"new": MANY, "newer_version": 0, "older_version": 0}
    assert stack.timeline(run_id).count(EventKind.WORKER_LOST) == 1
