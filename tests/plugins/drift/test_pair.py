"""Which two snapshots can be compared, and which are chosen when nobody chooses."""

import pytest
from sqlalchemy import update

from app.core import InvalidInputError, current_catalog, db, find_run, start_operation
from app.core.notifications import recent_notifications
from app.core.runs.execute import execute_run
from app.plugins.drift.pair import find_pair, latest_pair
from app.plugins.inventory.models import InventorySyncRun
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

BROKEN = b"{broken"


@pytest.fixture
def change_sync():
    def change(run, **values):
        db.session.execute(update(InventorySyncRun).where(InventorySyncRun.id == run.id).values(**values))
        db.session.commit()
        end_transaction()

    return change


@pytest.fixture
def two(take):
    return take({"a.json": compliance("A")}), take({"a.json": compliance("A", x=1)})


def refused(tenant, baseline, current):
    with pytest.raises(InvalidInputError) as error:
        find_pair(tenant, baseline, current)
    return str(error.value)


@on_both_databases
@pytest.mark.parametrize("number", [0, -1, 999_999, 2**31, 10**30])
def test_a_sync_that_does_not_exist_is_refused_by_number(tenant, two, number):
    assert str(number) in refused(tenant, two[0].id, number)
    assert str(number) in refused(tenant, number, two[0].id)


def test_a_sync_of_another_tenant_is_refused_like_one_that_does_not_exist(tenant, two, take, make_tenant):
    theirs = take({"a.json": compliance("A")}, of=make_tenant())

    assert refused(tenant, two[0].id, theirs.id) == f"tenant 'fictional' has no inventory sync {theirs.id}"


def test_a_sync_is_not_compared_with_itself(tenant, two):
    assert str(two[0].id) in refused(tenant, two[0].id, two[0].id)


@pytest.mark.parametrize("status", ["running", "failed"])
def test_an_unfinished_or_failed_sync_is_refused_and_says_which(tenant, two, change_sync, status):
    change_sync(two[1], status=status)

    # Its run has ended: a row that still says `running` was left behind.
    assert refused(tenant, two[0].id, two[1].id) == f"sync {two[1].id} is failed and cannot be compared"


def test_syncs_of_different_scopes_are_refused_by_number(tenant, two, change_sync):
    change_sync(two[1], selection_hash="another scope")

    said = refused(tenant, two[0].id, two[1].id)
    assert f"{two[0].id} and {two[1].id}" in said
    assert "different scopes" in said


def test_the_two_latest_complete_syncs_are_the_default(tenant, two, take):
    take({"a.json": compliance("A"), "b.json": BROKEN})

    pair = latest_pair(tenant)

    assert (pair.baseline.id, pair.current.id) == (two[0].id, two[1].id)


def test_partial_syncs_are_the_default_only_where_there_are_no_two_complete_ones(tenant, take):
    complete = take({"a.json": compliance("A")})
    partial = take({"a.json": compliance("A"), "b.json": BROKEN})

    pair = latest_pair(tenant)

    assert (pair.baseline.id, pair.current.id) == (complete.id, partial.id)


def test_fewer_than_two_finished_syncs_give_no_pair(tenant, take, tmp_path):
    assert latest_pair(tenant) is None

    take({"a.json": compliance("A")})
    take(tmp_path / "nowhere")

    assert latest_pair(tenant) is None


def test_the_default_is_of_one_scope(tenant, two, change_sync, take):
    change_sync(two[0], selection_hash="another scope")
    assert latest_pair(tenant) is None

    third = take({"a.json": compliance("A")})

    pair = latest_pair(tenant)
    assert (pair.baseline.id, pair.current.id) == (two[1].id, third.id)


def test_a_snapshot_that_vanishes_before_the_run_fails_it_and_tells_its_initiator(
    tenant, operator, two, change_sync
):
    params = {"baseline_run_id": two[0].id, "current_run_id": two[1].id}
    started = start_operation(current_catalog(), tenant, "drift.generate", params, operator)
    change_sync(two[1], status="failed")

    execute_run(started.run.id)
    end_transaction()

    run = find_run(tenant, started.run.id)
    (entry,) = run.failures
    assert (run.status, run.bucket, entry["reason_code"]) == ("failed", "failed", "snapshot_unavailable")
    assert entry["reason"] == f"sync {two[1].id} is failed and cannot be compared"
    told = [note for note in recent_notifications(tenant.id, operator.id) if note.run_id == run.id]
    assert {(note.kind, note.status_bucket) for note in told} == {
        ("queued", "queued"),
        ("finished", "failed"),
    }
    assert entry["reason"] in {note.error_summary for note in told}


def test_a_comparison_that_can_never_be_made_is_not_started(tenant, two, take, make_tenant):
    theirs = take({"a.json": compliance("A")}, of=make_tenant())
    params = {"baseline_run_id": two[0].id, "current_run_id": theirs.id}

    with pytest.raises(InvalidInputError, match=f"no inventory sync {theirs.id}"):
        start_operation(current_catalog(), tenant, "drift.generate", params)


def test_one_comparison_is_active_once_and_another_beside_it(tenant, two, take):
    third = take({"a.json": compliance("A", x=2)})

    def start(baseline, current):
        params = {"baseline_run_id": baseline.id, "current_run_id": current.id}
        return start_operation(current_catalog(), tenant, "drift.generate", params)

    first, twin, other = start(*two), start(*two), start(two[1], third)

    assert (first.created, twin.created, other.created) == (True, False, True)
    assert twin.run.id == first.run.id
