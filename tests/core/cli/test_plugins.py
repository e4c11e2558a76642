from app.core.errors import PluginError
from app.core.registry.catalog import current_catalog


def test_loaded_plugins_are_listed_with_their_run_types(run_json):
    status, rows = run_json("plugins", "list")

    by_name = {row["name"]: row for row in rows}
    assert status == 0
    assert by_name["inventory"]["run_types"] == ["inventory.sync"]
    assert by_name["drift"]["run_types"] == ["drift.generate"]
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
