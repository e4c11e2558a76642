"""The two sample exports, read by the real operations: what a newcomer sees on the findings page."""

import base64
import json
import re
import uuid
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.db import db, metadata
from app.plugins.drift.severity import Severity
from app.sample.load import EXPORTS

EXPECTED = {
    ("modified", "windows10CompliancePolicy", "Windows - Compliance - Office"): "compliance.block_removed",
    (
        "modified",
        "conditionalAccessPolicy",
        "CA002 - Block legacy authentication",
    ): "conditional_access.switched_off",
    ("modified", "deviceManagementConfigurationPolicy", "Windows - BitLocker"): "encryption.weakened",
    ("modified", "deviceManagementConfigurationPolicy", "Windows - Firewall"): "endpoint_security.changed",
    ("modified", "deviceManagementScript", "Map shared drives"): "script.changed",
    (
        "modified",
        "iosManagedAppProtection",
        "iOS - App protection - Mail and files",
    ): "app_protection.weakened",
    ("modified", "windows10CustomConfiguration", "Windows - Wi-Fi - Quay"): "secret.changed",
    ("modified", "windows10GeneralConfiguration", "Windows - Restrictions - Office"): "setting.changed",
    (
        "modified",
        "windows10GeneralConfiguration",
        "Windows - Kiosk - Ticket offices and piers",
    ): "name.changed",
    ("modified", "deviceManagementConfigurationPolicy", "Windows - OneDrive"): "description.changed",
    ("added", "conditionalAccessPolicy", "CA005 - Block the device code flow"): "policy.added_assigned",
    (
        "added",
        "deviceManagementConfigurationPolicy",
        "Windows - Browser extensions",
    ): "policy.added_assigned",
    ("added", "ipNamedLocation", "Dry dock"): "policy.added_unassigned",
    ("removed", "macOSGeneralDeviceConfiguration", "macOS - Screen saver"): "policy.removed_assigned",
    ("removed", "windows10GeneralConfiguration", "Windows - Wallpaper 2019"): "policy.removed_unassigned",
    ("recreated", "deviceManagementConfigurationPolicy", "Windows - Time zone"): "recreated.identical",
}
FOLDERS = sorted(EXPORTS.iterdir())
AS_EXPORTED = (
    b"fictional-quay-spring",
    b"fictional-quay-autumn",
    base64.b64encode(b"# Maps the shared drives"),
    base64.b64encode(b"# Uninstalls what came with"),
)
DECODED = (b"tide-tables", b"Remove-AppxPackage")


@pytest.fixture
def imported(flask_cli, tenant):
    """Both exports imported, oldest first: the two runs as their commands print them."""
    runs = [flask_cli("inventory", "import", tenant.slug, folder, "--inline", "--json") for folder in FOLDERS]
    return [json.loads(run.stdout) for run in runs]


@pytest.fixture
def findings(flask_cli, tenant, imported):
    generated = flask_cli("drift", "generate", tenant.slug, "--inline", "--json")
    assert generated.exit_code == 0, generated.output
    return json.loads(flask_cli("findings", "list", tenant.slug, "--json").stdout)


def test_both_exports_are_read_without_a_single_remark(flask_cli, tenant, imported):
    shown = [
        json.loads(
            flask_cli(
                "inventory", "show", tenant.slug, "--run", run["inventory_sync_run_id"], "--json"
            ).stdout
        )
        for run in imported
    ]

    assert [run["status"] for run in imported] == ["completed", "completed"]
    assert [sync["policy_count"] for sync in shown] == [31, 32]
    assert [sync["problems"] for sync in shown] == [[], []]
    assert {row["coverage"] for sync in shown for row in sync["coverage"]} == {"complete"}
    assert {len(sync["coverage"]) for sync in shown} == {11}


def test_the_drift_between_them_is_exactly_what_was_planted(findings):
    found = {(f["change_kind"], f["subject_type"], f["display_name"]): f["severity_rule"] for f in findings}

    assert found == EXPECTED
    assert len(findings) == len(EXPECTED)


def test_every_severity_appears(findings):
    assert {finding["severity"] for finding in findings} == {level.value for level in Severity}


def test_the_pages_have_something_of_every_kind_of_change(findings):
    counted = Counter(finding["change_kind"] for finding in findings)

    assert counted == {"added": 3, "removed": 2, "modified": 10, "recreated": 1}


def test_the_readme_tells_how_many_findings_to_expect(findings):
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

    assert f"{len(findings)} findings of every severity" in readme


def test_no_planted_secret_reaches_the_database(findings):
    exported = b"".join(path.read_bytes() for folder in FOLDERS for path in folder.rglob("*.json"))
    stored = stored_bytes()

    assert b"Windows - Wi-Fi - Quay" in stored, "the search would find nothing at all"
    assert [secret for secret in AS_EXPORTED if secret not in exported] == []
    assert [secret for secret in AS_EXPORTED + DECODED if secret in stored] == []


def test_dates_and_versions_differ_between_the_exports_although_most_policies_did_not_change():
    before, after = ({path.name: path.read_bytes() for path in root.rglob("*.json")} for root in FOLDERS)
    shared = before.keys() & after.keys()

    assert len(shared) > 25
    assert not [name for name in shared if before[name] == after[name]]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_document_is_small_utf8_with_an_id_that_is_a_guid(folder):
    for path in folder.rglob("*.json"):
        assert_is_plain(path)


def test_every_host_and_address_in_the_exports_is_an_example():
    words = "".join(path.read_text("utf-8") for folder in FOLDERS for path in folder.rglob("*.json"))
    hosts = set(re.findall(r"(?:https?://|[\w.]+@(?!odata))([\w.-]+\.[a-z]+)", words))

    assert hosts == {"graph.microsoft.com", "example.com", "static.example.com", "tickets.example.com"}


def assert_is_plain(path: Path) -> None:
    raw = path.read_bytes()
    assert len(raw) <= 4096, path
    assert uuid.UUID(json.loads(raw.decode("utf-8"))["id"]).version == 4, path


def stored_bytes() -> bytes:
    """Every value of every row, as bytes."""
    found: list[bytes] = []
    for name in metadata.tables:
        for row in db.session.execute(text(f'SELECT * FROM "{name}"')):  # noqa: S608 - our own table names
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    db.session.rollback()
    return b"\n".join(found)
