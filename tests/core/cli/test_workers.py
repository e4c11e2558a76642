from app.core.runs.workers import forget_worker
from tests.support.databases import on_both_databases
from tests.support.registered import register


@on_both_databases
def test_workers_are_listed_with_what_they_can_execute(app, run_json):
    register("harbour:7:aa", pid=7, slots=4, plugins={"probe": "1.2.0"}, run_types=["probe.check"])
    register("quay:8:bb", host="quay", pid=8, lives=False)

    status, rows = run_json("workers", "list")

    assert status == 0
    by_id = {row["id"]: row for row in rows}
    first = by_id["harbour:7:aa"]
    assert (first["host"], first["pid"], first["slots"], first["lives"]) == ("harbour", 7, 4, True)
    assert (first["plugins"], first["run_types"]) == ({"probe": "1.2.0"}, ["probe.check"])
    assert first["seen_at"].endswith("+00:00")
    assert not by_id["quay:8:bb"]["lives"]


def test_people_read_which_workers_live_and_which_are_silent(app, flask_cli):
    register("harbour:7:aa", slots=4)
    register("quay:8:bb", lives=False, plugins={}, run_types=[])

    result = flask_cli("workers", "list")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    alive = next(line for line in lines if line.startswith("harbour:7:aa"))
    assert " lives " in alive
    assert "version 0.1.0, 4 at a time, seen 20" in alive
    assert "    plugins: probe 1.0.0" in lines
    assert "    run types: probe.check" in lines
    assert " silent " in next(line for line in lines if line.startswith("quay:8:bb"))
    assert "    run types: none" in lines


def test_without_workers_the_next_step_is_said(app, flask_cli, run_json):
    register()
    forget_worker("harbour:1:aa")

    result = flask_cli("workers", "list")

    assert result.exit_code == 0
    assert result.stdout == "No worker is known: start one with `flask worker`.\n"
    assert run_json("workers", "list") == (0, [])
