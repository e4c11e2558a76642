"""`backup_set.export`: what is in the zip, what is not, and how long it is there."""

import hashlib
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core import clock, db, plugin_settings
from app.plugins.backup_sets import export
from app.plugins.backup_sets.exports import find_export, folder_of, is_there, list_exports
from app.plugins.backup_sets.sets import delete_set
from app.plugins.backup_sets.settings import BackupSettings
from app.plugins.inventory.models import InventoryDocument
from tests.support.crashing import run_crashing
from tests.support.databases import on_both_databases
from tests.support.exported import SCRIPT, unpacked
from tests.support.snapshots import SHARED, compliance, run_now

SECRETS = (b"V3JpdGUtSG9zdCAnZmljdGlvbmFsJw", b"Write-Host")


@on_both_databases
def test_a_set_is_written_as_one_file_a_policy_with_a_manifest_that_proves_each(
    tenant, backup_set, add, abc, sync_of, export_set, items
):
    add(abc)

    run, path = export_set()

    manifest, documents = unpacked(path)
    assert (run.status, run.succeeded) == ("completed", 3)
    assert sorted(documents) == [
        f"Compliance Policies/Policies/{name}_iosCompliancePolicy.json" for name in "ABC"
    ]
    assert manifest["origin"]["name"] == "Golden"
    assert manifest["origin"]["tenant"] == tenant.name
    kept, sync = items()["A"], sync_of(abc)
    (entry,) = (one for one in manifest["items"] if one["display_name"] == "A")
    assert entry["content_hash"] == kept.content_hash
    assert (entry["sync_run"], entry["normal_form"]) == (abc.id, sync.normalizer_version)
    assert entry["external_id"] == "name:A"
    with zipfile.ZipFile(path) as archive:
        assert hashlib.sha256(archive.read(entry["path"])).hexdigest() == entry["sha256"]


def test_the_newest_version_lies_at_its_place_and_earlier_ones_apart(add, abc, take, export_set):
    add(abc)
    later = take({"a.json": compliance("A", passcodeRequired=True)})
    add(later)

    _, path = export_set()

    _, documents = unpacked(path)
    name = "Compliance Policies/Policies/A_iosCompliancePolicy.json"
    assert documents[name]["passcodeRequired"] is True
    assert "passcodeRequired" not in documents[f"__archive__/versions/sync-{abc.id}/{name}"]


def test_secret_values_are_not_in_it_and_the_manifest_says_how_many(add, take, export_set):
    add(take({"s.json": SCRIPT, "a.json": compliance("A")}))

    run, path = export_set()

    manifest, documents = unpacked(path)
    with zipfile.ZipFile(path) as archive:
        said = b"".join(archive.read(name) for name in archive.namelist())
    assert not [secret for secret in SECRETS if secret in said]
    assert documents["Scripts/Powershell/Fictional script_deviceManagementScript.json"]["scriptContent"][
        "kind"
    ]
    assert manifest["secrets_not_exported"] == run.summary["secrets_not_exported"] == 1
    assert {one["display_name"]: one["secrets_not_exported"] for one in manifest["items"]} == {
        "Fictional script": 1,
        "A": 0,
    }


@on_both_databases
def test_what_is_altered_is_left_out_and_named(tenant, add, abc, items, export_set):
    add(abc)
    wrong = update(InventoryDocument).where(InventoryDocument.content_hash == items()["B"].content_hash)
    db.session.execute(wrong.values(body=b'{"displayName": "B", "passcodeRequired": false, "x": 1}'))
    db.session.commit()

    run, path = export_set()

    manifest, documents = unpacked(path)
    assert (run.bucket, run.succeeded, run.failed) == ("partially_succeeded", 2, 1)
    assert run.failures[0]["reason_code"] == "document_altered"
    assert len(manifest["items"]) == len(documents) == 2


def test_an_empty_set_makes_no_file_and_says_so(tenant, export_set):
    run, path = export_set()

    assert (run.status, run.failures[0]["reason_code"], path) == ("failed", "nothing_to_export", None)
    assert list(folder_of(tenant).iterdir()) == []


@on_both_databases
def test_an_export_resumed_after_any_commit_is_whole(tenant, backup_set, add, abc, database, monkeypatch):
    add(abc)
    monkeypatch.setattr(export, "CHUNK", 1)
    params = {"backup_set_id": backup_set.id}
    lost = 0
    for at in range(1, 60, 1 if database.name == "sqlite" else 4):
        run, has_died = run_crashing(tenant, "backup_set.export", params, at=at)
        assert (run.status, run.succeeded, run.total_items) == ("completed", 3, 3), f"died after commit {at}"
        made = list_exports(tenant, backup_set)
        db.session.commit()
        assert len([one for one in made if one.run_id == run.id]) == 1
        with zipfile.ZipFile(folder_of(tenant) / made[0].file_name) as archive:
            assert len(archive.namelist()) == 4
        if not has_died:
            break
        lost += run.lost_attempts
    assert lost > 1, "there were commits to die at"


def expire(made):
    made.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()


@on_both_databases
def test_an_expired_file_is_removed_and_its_row_stays(tenant, backup_set, add, abc, export_set):
    add(abc)
    _, old = export_set()
    _, fresh = export_set()
    kept, made = list_exports(tenant, backup_set)
    expire(made)
    assert not is_there(tenant, made)

    run = run_now(tenant, "backup_set.expire_exports", {})

    assert run.summary == {"removed": 1, "strays": 0}
    assert (old.exists(), fresh.exists()) == (False, True)
    again = find_export(tenant, backup_set, str(made.id))
    assert again.removed_at is not None
    assert is_there(tenant, kept)
    assert run_now(tenant, "backup_set.expire_exports", {}).summary == {"removed": 0, "strays": 0}


def test_files_of_a_deleted_set_go_and_those_of_others_stay(
    tenant, backup_set, make_tenant, add, abc, export_set, monkeypatch
):
    add(abc)
    _, path = export_set()
    other = folder_of(make_tenant()) / "theirs.zip"
    other.parent.mkdir(parents=True)
    other.touch()
    delete_set(tenant, backup_set)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))

    run_now(tenant, "backup_set.expire_exports", {})

    assert (path.exists(), other.exists()) == (False, True)


def test_expired_exports_go_each_night_with_old_runs(tenant, backup_set, add, abc, export_set, worker):
    add(abc)
    _, path = export_set()
    expire(list_exports(tenant, backup_set)[0])

    run_now(tenant, "run.prune", {})
    worker()

    assert not path.exists()


@pytest.mark.parametrize("days", [1, 30])
def test_how_long_an_export_stays_is_a_setting(make_app, monkeypatch, days):
    monkeypatch.setenv("TENANTATLAS_BACKUP_SETS_EXPORT_DAYS", str(days))
    with make_app().app_context():
        assert plugin_settings(BackupSettings).export_days == days


@pytest.mark.parametrize("snapshot", ["v2025.12.08.1", "v2025.12.08.2", "v2025.12.11.7"])
def test_a_backup_of_intunecd_comes_out_as_the_files_it_came_in(take, add_all, export_set, snapshot):
    folder = SHARED / "ces2026-intunecd" / snapshot
    if not folder.is_dir():
        pytest.skip(f"no real exports at {folder}")
    add_all(take(folder))

    _, documents = unpacked(export_set()[1])

    was = {str(path.relative_to(folder)) for path in folder.rglob("*.json")}
    assert set(documents) == was - {"Assignment Report/report.json"}
    for name, document in documents.items():
        assert lacks_only_noise(document, json.loads((folder / name).read_bytes())), name


def lacks_only_noise(document, original):
    """Whether everything a document says is said by its original."""
    if isinstance(document, dict):
        return all(
            key in original and lacks_only_noise(value, original[key]) for key, value in document.items()
        )
    if isinstance(document, list):
        return len(document) == len(original) and all(map(lacks_only_noise, document, original))
    return document == original
