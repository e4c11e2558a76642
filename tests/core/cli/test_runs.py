import json

import pytest

from app.core.runs.status import RunStatus

SHOWN = {
    "id",
    "run_type",
    "status",
    "status_bucket",
    "total_items",
    "processed_items",
    "succeeded",
    "failed",
    "skipped",
    "failures",
    "related_links",
}


def test_runs_of_all_tenants_are_listed_with_their_tenant(run_json, make_run, make_tenant):
    runs = [make_run(RunStatus.COMPLETED, succeeded=2, failed=1), make_run(tenant=make_tenant("other"))]

    status, rows = run_json("runs", "list")

    assert status == 0
    assert {(row["tenant"], row["id"], row["status_bucket"]) for row in rows} == {
        ("fictional", runs[0].id, "partially_succeeded"),
        ("other", runs[1].id, "queued"),
    }
    assert {row["run_type"] for row in rows} == {"probe.check"}


def test_runs_of_one_tenant_are_listed_newest_first(run_json, make_run, make_tenant):
    make_run(tenant=make_tenant("other"))
    runs = [make_run(), make_run()]

    _, rows = run_json("runs", "list", "--tenant", "fictional")

    assert [row["id"] for row in rows] == [runs[1].id, runs[0].id]


def test_a_run_is_shown_as_one_document(run_json, make_run):
    run = make_run(
        RunStatus.COMPLETED, succeeded=2, failed=1, related_links=[{"label": "Probe", "url": "/t/x"}]
    )

    status, document = run_json("runs", "show", run.id)

    assert status == 0
    assert set(document) >= SHOWN
    assert (document["status"], document["status_bucket"]) == ("completed_with_errors", "partially_succeeded")
    counts = ("total_items", "processed_items", "succeeded", "failed", "skipped")
    assert [document[name] for name in counts] == [3, 3, 2, 1, 0]
    assert document["failures"] == [
        {"reason_code": "not_found", "reason": "It is not there.", "item_id": "item-3"}
    ]
    assert document["related_links"] == [{"label": "Probe", "url": "/t/x"}]


@pytest.mark.parametrize(
    "arguments", [["show", "4711"], ["show", str(10**30)], ["list", "--tenant", "nowhere"]]
)
def test_what_does_not_exist_is_named_and_is_a_wrong_call(flask_cli, tenant, arguments):
    result = flask_cli("runs", *arguments, "--json")

    assert result.exit_code == 2
    assert arguments[-1] in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("run_type", "status", "exit_code"),
    [
        ("probe.succeed", "completed", 0),
        ("probe.half", "completed_with_errors", 0),
        ("probe.fail", "failed", 1),
    ],
)
def test_starting_inline_waits_for_the_end_and_exits_by_it(
    run_json, tenant, probes, run_type, status, exit_code
):
    code, document = run_json("runs", "start", run_type, "--tenant", "fictional", "--inline")

    assert (code, document["status"], document["run_type"]) == (exit_code, status, run_type)


def test_people_read_the_end_without_json(flask_cli, tenant, probes):
    result = flask_cli("runs", "start", "probe.fail", "--tenant", "fictional", "--inline")

    assert result.exit_code == 1
    assert "probe.fail: failed" in result.stdout
    assert "no_access: The tenant refuses." in result.stdout


def test_an_inline_start_is_not_executed_again_by_a_worker(flask_cli, tenant, offer, worker):
    calls = []
    offer(lambda run: calls.append(run.id))

    flask_cli("runs", "start", "probe.check", "--tenant", "fictional", "--inline")
    worker()

    assert len(calls) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["no_such.thing", "--tenant", "fictional"], "no_such.thing"),
        (["probe.succeed", "--tenant", "nowhere"], "no tenant 'nowhere'"),
        (["probe.succeed"], "--tenant"),
        (["probe.succeed", "--tenant", "fictional", "--params", "{"], "--params is not JSON"),
        (["probe.succeed", "--tenant", "fictional", "--params", "[1]"], "--params is not a JSON object"),
        (["probe.succeed", "--tenant", "fictional", "--params", '{"colour": 1}'], "colour"),
    ],
)
def test_a_wrong_start_names_the_offender_and_starts_nothing(flask_cli, tenant, probes, options, words):
    result = flask_cli("runs", "start", *options, "--inline", "--json")

    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""
    assert json.loads(flask_cli("runs", "list", "--json").stdout) == []


def test_a_pending_run_is_aborted_at_once(flask_cli, make_run, fresh):
    run = make_run()

    result = flask_cli("runs", "abort", str(run.id))

    assert (result.exit_code, result.stdout) == (0, f"Run {run.id} is aborted.\n")
    assert fresh(run).status == RunStatus.ABORTED


def test_a_running_run_is_asked_to_stop(flask_cli, make_run, fresh):
    run = make_run(RunStatus.RUNNING)

    result = flask_cli("runs", "abort", str(run.id))

    assert result.exit_code == 0
    assert "was asked to stop" in result.stdout
    assert fresh(run).abort_requested_at is not None


def test_force_is_refused_until_the_request_was_unseen_for_five_minutes(flask_cli, make_run, fresh):
    run = make_run(RunStatus.RUNNING)

    result = flask_cli("runs", "abort", str(run.id), "--force")

    assert result.exit_code == 1
    assert "cannot be forced yet" in result.stderr
    assert fresh(run).status == RunStatus.RUNNING


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_a_run_that_has_ended_cannot_be_aborted(flask_cli, make_run, options):
    run = make_run(RunStatus.COMPLETED, succeeded=1)

    result = flask_cli("runs", "abort", str(run.id), *options)

    assert result.exit_code == 1
    assert "has ended already" in result.stderr


@pytest.mark.parametrize("verb", ["abort", "retry"])
def test_a_run_that_is_not_there_is_a_wrong_call(flask_cli, tenant, verb):
    result = flask_cli("runs", verb, "4711")

    assert result.exit_code == 2
    assert "no run 4711" in result.stderr


def test_a_run_is_repeated_without_waiting(flask_cli, make_run, offer, worker, run_json):
    offer(lambda _run: None)
    run = make_run(RunStatus.FAILED)

    result = flask_cli("runs", "retry", str(run.id), "--no-wait")

    assert result.exit_code == 0
    assert f"Run {run.id} is repeated as run {run.id + 1}." in result.stderr
    assert worker() == 1
    _, again = run_json("runs", "show", str(run.id + 1))
    assert (again["retry_of"], again["status"]) == (run.id, "completed")
    _, first = run_json("runs", "show", str(run.id))
    assert first["retried_as"] == [again["id"]]


def test_failed_items_that_cannot_be_told_are_a_wrong_call(flask_cli, make_run, offer):
    offer(lambda _run: None)
    run = make_run(RunStatus.COMPLETED, succeeded=1, failed=1)

    result = flask_cli("runs", "retry", str(run.id), "--failed-only")

    assert result.exit_code == 2
    assert "finds its items itself" in result.stderr


def test_the_timeline_is_shown_with_its_run(flask_cli, run_json, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1)

    _, document = run_json("runs", "show", str(run.id))
    shown = flask_cli("runs", "show", str(run.id)).stdout

    assert [entry["kind"] for entry in document["timeline"]] == ["queued", "claimed", "completed"]
    assert document["timeline"][1]["worker"] == "worker-1"
    assert "Started by system." in shown
