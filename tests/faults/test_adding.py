"""A worker killed in the middle of adding 5,000 policies to a set: another keeps each exactly once."""

import pytest
from sqlalchemy import func, select

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


@pytest.fixture
def settings(settings):
    """With the plugins that are put to the test."""
    return settings.model_copy(update={"plugins_disabled": ("channels",)})


@pytest.fixture
def adding(stack, tmp_path):
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
