"""What a restore says and does when Graph makes trouble, or its worker dies."""

import pytest

from app.core import current_catalog, db, find_run, start_operation
from app.core.runs.execute import execute_run
from app.core.runs.retry import retry_run
from app.plugins.backup_sets.restore import restoring
from tests.plugins.backup_sets.restoring.conftest import COMPLIANCE, DEVICES, HOME
from tests.support.crashing import WorkerDied, resume
from tests.support.databases import on_both_databases
from tests.support.graph import SECRET

GENERAL = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration"}
ONE = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}


@pytest.fixture
def changed(make_changed):
    """A policy A that was kept with the camera blocked, and whose camera is not blocked any more; its id."""
    return make_changed("A")["A"]


@pytest.fixture
def make_changed(graph, home, keep, sync):
    """Several such policies, by name; answers with their ids by name."""

    def make(names):
        ids = {name: home(DEVICES, displayName=name, **GENERAL, cameraBlocked=True) for name in names}
        keep()
        for there in ids.values():
            graph.change(HOME, DEVICES, there, cameraBlocked=False)
        sync()
        return ids

    return make


@pytest.fixture
def deleted(graph, home, keep, sync):
    """A policy A that was kept, and is gone."""
    there = home(DEVICES, displayName="A", **GENERAL, assignments=[ONE])
    home(DEVICES, displayName="B", **GENERAL)
    keep("A")
    graph.take_away(HOME, DEVICES, there)
    sync()


def test_what_shows_late_is_waited_for(graph, changed, restore, pauses):
    graph.lag = 4

    run = restore()

    assert (run.status, run.succeeded) == ("completed", 1)
    assert pauses[:5] == [0, 1, 2, 4, 8]
    assert len(graph.writes) == 1


def test_what_is_made_shows_late_too(graph, deleted, restore, pauses):
    graph.lag = 3

    assert restore().status == "completed"
    assert len(graph.all_of(HOME, DEVICES)) == 2


def test_what_never_shows_is_not_called_a_success(graph, changed, restore, told, pauses):
    graph.lag = 1000

    outcome, code, reason = told(restore())["A"]

    assert (outcome, code) == ("failed", "not_proven")
    assert "/cameraBlocked" in reason
    assert sum(pauses) == sum(restoring.LOOKS)


def test_what_graph_made_otherwise_than_it_was_told_is_not_called_a_success(
    graph, changed, restore, told, pauses
):
    graph.fault("PATCH", DEVICES, 200, body={})

    assert told(restore())["A"][:2] == ("failed", "not_proven")


def test_throttling_is_waited_for_and_nothing_is_written_twice(graph, deleted, restore, pauses):
    graph.fault("POST", DEVICES, 429, headers={"Retry-After": "3"}, times=2)

    assert restore().status == "completed"
    assert 3.0 in pauses
    assert len(graph.all_of(HOME, DEVICES)) == 2


def test_an_answer_that_was_lost_makes_no_second_policy(graph, deleted, restore, pauses):
    graph.fault("POST", DEVICES, 504, done=True)

    run = restore()

    assert run.status == "completed", "it was found by its name, and proven"
    assert len(graph.all_of(HOME, DEVICES)) == 2
    assert graph.all_of(HOME, DEVICES)["A"]["assignments"][0]["target"] == ONE["target"]


def test_a_lost_answer_of_which_nothing_is_seen_is_unclear(graph, deleted, restore, told, pauses):
    graph.fault("POST", DEVICES, 504)

    assert told(restore())["A"][:2] == ("failed", "outcome_unclear")
    assert len(graph.writes) == 1


def test_an_approval_that_is_waited_for_is_a_skipped_item_with_that_reason(graph, changed, restore, told):
    graph.fault("PATCH", DEVICES, 202)

    run = restore()

    assert (run.status, run.skipped) == ("completed", 1)
    assert told(run)["A"][:2] == ("skipped", "pending_approval")
    assert graph.all_of(HOME, DEVICES)["A"]["cameraBlocked"] is False


def test_a_refusal_names_status_and_request_and_keeps_no_word_of_graphs(graph, changed, restore, told):
    graph.fault("PATCH", DEVICES, 403, code="Forbidden")

    run = restore()

    outcome, code, reason = told(run)["A"]
    assert (outcome, code) == ("failed", "graph_refused")
    assert reason.startswith("Nothing was written. Graph answered 403 Forbidden (request 12345678-")
    assert SECRET not in str(run.failures)


def test_half_a_success_is_told_as_half(graph, deleted, restore, told):
    graph.fault("POST", "/assign", 400, code="BadRequest")

    outcome, code, reason = told(restore())["A"]

    assert (outcome, code) == ("failed", "partly_written")
    assert graph.all_of(HOME, DEVICES)["A"]["id"] in reason


def test_one_that_fails_leaves_the_others_alone(graph, make_changed, restore, told):
    ids = make_changed("ABC")
    graph.fault("PATCH", ids["B"], 400, code="BadRequest")

    run = restore()

    assert (run.status, run.bucket, run.succeeded) == ("completed_with_errors", "partially_succeeded", 2)
    assert {name: one[0] for name, one in told(run).items()} == {
        "A": "succeeded", "B": "failed", "C": "succeeded"
    }  # fmt: skip


def test_failed_items_are_repeated_alone_and_what_is_proven_is_not_written_again(
    tenant, graph, make_changed, restore, finish
):
    ids = make_changed("AB")
    graph.fault("PATCH", ids["B"], 400)
    first = restore()

    again = finish(retry_run(current_catalog(), tenant, first.id, failed_only=True).run_id)

    assert (again.status, again.succeeded, again.total_items) == ("completed", 1, 1)
    assert [path for _, path in graph.writes].count(f"/beta/{DEVICES}/{ids['A']}") == 1


@on_both_databases
def test_a_worker_that_dies_between_writing_and_looking_leaves_an_unknown_item_and_no_second_write(
    tenant, graph, make_changed, confirmed, start, told, monkeypatch
):
    ids = make_changed("ABC")
    run_id = start(confirmed())
    dying = iter([False, True])

    def look(self, target, graph_id):
        if next(dying, False):
            raise WorkerDied
        return self.policies.read(target.resource, graph_id)

    monkeypatch.setattr(restoring.Restorer, "_read_back", look)

    with pytest.raises(WorkerDied):
        execute_run(run_id)
    db.session.rollback()
    resume(find_run(tenant, run_id))
    db.session.rollback()

    run = find_run(tenant, run_id)
    outcomes = [one[0] for one in told(run).values()]
    assert sorted(outcomes) == ["succeeded", "succeeded", "unknown"]
    assert run.unknown == 1
    written = [path for method, path in graph.writes]
    assert sorted(written) == sorted(f"/beta/{DEVICES}/{there}" for there in ids.values())


def test_a_run_resumed_after_another_sync_saw_something_else_stops(
    tenant, graph, changed, sync, confirmed, start, finish
):
    run_id = start(confirmed())
    graph.change(HOME, DEVICES, changed, cameraBlocked=None)
    sync()

    run = finish(run_id)

    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "plan_changed")
    assert graph.writes == []


def test_ten_refusals_of_one_kind_end_the_run(graph, home, keep, sync, restore):
    ids = [home(COMPLIANCE, displayName=f"P{number:02}", **{
        "@odata.type": "#microsoft.graph.iosCompliancePolicy", "passcodeRequired": True,
    }) for number in range(12)]  # fmt: skip
    keep()
    for there in ids:
        graph.change(HOME, COMPLIANCE, there, passcodeRequired=False)
    sync()
    graph.fault("PATCH", COMPLIANCE, 403, code="Forbidden", times=99)

    run = restore()

    assert (run.status, len(graph.writes)) == ("failed", 10)


def test_equal_restores_are_one_run(tenant, graph, changed, confirmed):
    first, second = (
        start_operation(current_catalog(), tenant, "backup_set.restore", confirmed()) for _ in range(2)
    )

    assert (first.created, second.created, second.run_id) == (True, False, first.run_id)
