import json

from app.core.errors import PluginError
from app.core.registry.catalog import current_catalog
from tests.support.snapshots import run_now


def test_loaded_plugins_are_listed_with_their_run_types(run_json):
    status, rows = run_json("plugins", "list")

    by_name = {row["name"]: row for row in rows}
    assert status == 0
    assert by_name["inventory"]["run_types"] == ["inventory.sync"]
    assert by_name["drift"]["run_types"] == [
        "drift.generate",
        "finding.acknowledge",
        "audit_events.import",
    ]
    assert set(by_name["backup_sets"]["run_types"]) > {"backup_set.add_policies", "backup_set.verify"}
    assert by_name["drift"]["requires"] == ["inventory"]
    assert {row["state"] for row in rows} == {"loaded"}


def test_a_failed_plugin_is_listed_for_people_and_for_programs(run_json, flask_cli):
    current_catalog().refuse(PluginError("hello", "import", "LookupError: gone"))

    _, rows = run_json("plugins", "list")
    listed = flask_cli("plugins", "list")

    assert [(row["stage"], row["reason"]) for row in rows if row["name"] == "hello"] == [
        ("import", "LookupError: gone")
    ]
    assert listed.exit_code == 0
    assert "FAILED at import: LookupError: gone" in listed.stdout


def test_doctor_finds_nothing_in_a_healthy_deployment(flask_cli):
    result = flask_cli("plugins", "doctor")

    assert result.exit_code == 0
    assert "tables up to date" in result.stdout


def test_doctor_names_what_failed(flask_cli):
    current_catalog().refuse(PluginError("hello", "import", "LookupError: gone"))

    result = flask_cli("plugins", "doctor")

    assert result.exit_code == 1
    assert "hello: failed at import: LookupError: gone" in result.stdout


def test_doctor_tells_programs_stage_advice_and_tables(run_json):
    current_catalog().refuse(PluginError("hello", "locate", "there is no module 'hello'"))

    status, told = run_json("plugins", "doctor")

    [problem] = told["problems"]
    assert status == 1
    assert (problem["plugin"], problem["stage"]) == ("hello", "locate")
    assert problem["advice"].startswith("Its entry point leads nowhere")
    assert told["tables"] == dict.fromkeys(("core", "inventory", "backup_sets", "drift"), "current")
    assert told["workers"] == {
        "living": 0,
        "unoffered": sorted(current_catalog().operations),
        "differences": [],
    }


def test_errors_of_the_last_days_are_told_and_do_not_stop_a_start(offer, tenant, flask_cli):
    def fail(_run):
        raise LookupError("password=hunter2")

    offer(fail, plugin="hello", run_type="hello.greet")
    run = run_now(tenant, "hello.greet", {})

    result = flask_cli("plugins", "doctor")

    assert result.exit_code == 0
    said = "1 run with an error that nobody foresaw in 7 days"
    assert f"hello: failed at execute: {said} (fictional, newest: {run.id})" in result.stdout.splitlines()


def test_disabled_plugins_are_listed(make_app):
    result = make_app(plugins_disabled=("drift",)).test_cli_runner().invoke("plugins", "list")

    [line] = [line for line in result.stdout.splitlines() if line.startswith("drift")]
    assert line.endswith("disabled by TENANTATLAS_PLUGINS_DISABLED")


def test_an_installed_plugin_names_its_distribution(installed_greetings, make_app):
    result = make_app().test_cli_runner().invoke("plugins", "list", "--json")

    rows = {row["name"]: row["distribution"] for row in json.loads(result.stdout)}
    assert (rows["greetings"], rows["drift"]) == ("greetings", None)
