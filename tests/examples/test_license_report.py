"""The example of a third party's plugin: installed as a wheel, checked, run, and taken away again."""

import json
from pathlib import Path

import pytest

from tests.support.installed import ROOT, Installation

EXAMPLE = ROOT / "examples" / "tenantatlas-license-report"
EXPORT = ROOT / "app" / "sample" / "exports" / "2026-11-02"
LOOKING = Path(__file__).resolve().parents[1] / "support" / "looking.py"
TENANT = "/t/sample"
RUNS = f"{TENANT}/monitoring/operations"
CORE_PAGES = (
    RUNS,
    f"{TENANT}/",
    f"{TENANT}/start",
    f"{TENANT}/schedules",
    f"{TENANT}/notifications",
    f"{TENANT}/inventory",
    f"{TENANT}/drift",
    f"{TENANT}/backup-sets",
    "/plugins",
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """The product and the example, both as wheels."""
    return Installation(tmp_path_factory.mktemp("installed"), EXAMPLE)


@pytest.fixture
def look(installation):
    """Pages as the tenant's owner sees them: path -> (status, text)."""

    def look(*paths):
        return json.loads(installation.python("-P", LOOKING, "operator@example.com", *paths))

    return look


def test_the_installed_example_passes_the_kit_and_its_own_tests(installation):
    options = (
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        EXAMPLE / "pyproject.toml",
        "--plugin-conformance=license_report",
    )

    said = installation.python("-m", "pytest", *options, "--plugin-conformance-kills=1", EXAMPLE / "tests")

    assert " passed" in said
    assert " failed" not in said


def test_the_example_comes_as_a_wheel_works_and_leaves_its_runs_behind(installation, look):
    upgraded = installation.flask("db", "upgrade")
    installation.flask("sample", "load")
    installation.flask("inventory", "import", "sample", EXPORT, "--inline")
    counted = ("license_report.count", "--tenant", "sample", "--inline", "--json")
    run = json.loads(installation.flask("runs", "start", *counted))
    run_page, report = f"{RUNS}/{run['id']}", f"{TENANT}/license-report"
    with_plugin = look(run_page, report, *CORE_PAGES)

    assert "license_report: " in upgraded
    assert (run["status"], run["failed"]) == ("completed", 0)
    assert run["succeeded"] > 0
    assert {path: status for path, (status, _) in with_plugin.items() if status != 200} == {}
    assert "Microsoft Entra ID P1" in with_plugin[report][1]

    installation.uninstall("tenantatlas-license-report")
    upgraded = installation.flask("db", "upgrade")
    shown = json.loads(installation.flask("runs", "show", run["id"], "--json"))
    without = look(run_page, report, *CORE_PAGES)

    assert "license_report: " not in upgraded
    assert shown["summary"] == run["summary"]
    assert {path: status for path, (status, _) in without.items() if status != 200} == {report: 404}
    for words in ("License report", "Inputs and result", "its plugin is not loaded"):
        assert words in without[run_page][1], words

    purged = installation.flask("plugins", "purge", "license_report", "--yes", "license_report")

    assert "license_report__policies" in purged
    assert "license_report is purged; its runs stay." in purged
    assert [name for name in installation.tables() if "license_report" in name] == []
