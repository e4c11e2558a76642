"""Sources that are no exports: the run fails or names the offender; what was known stays."""

import io
import zipfile

import pytest
from sqlalchemy import select

from app.core import db
from app.plugins.inventory.models import InventorySyncRun, InventoryVersion
from app.plugins.inventory.store.snapshots import comparable_syncs, coverage_of, policies_at
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance
from tests.support.stored import rows

MEGABYTE = 1024 * 1024


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture
def known(take):
    """A first snapshot, so that something can be lost."""
    return take({"a.json": compliance("A"), "b.json": compliance("B")})


def assert_nothing_was_lost(tenant, known):
    assert [sync.id for sync in comparable_syncs(tenant)] == [known.id]
    assert not db.session.scalars(
        select(InventoryVersion).where(InventoryVersion.until_run_id.is_not(None))
    ).all()


@pytest.mark.parametrize(
    ("make", "reason_code"),
    [
        (lambda path: path, "source_not_found"),
        (lambda path: path.mkdir(), "source_empty"),
        (lambda path: path.with_name("export.zip").write_bytes(b"no zip"), "archive_unreadable"),
        (lambda path: path.with_name("export.zip").write_bytes(zipped({"read.me": b"hello"})), "no_policies"),
        (lambda path: path.with_name("export.zip").write_bytes(zipped({})), "no_policies"),
    ],
    ids=["missing", "empty folder", "broken zip", "zip without policies", "empty zip"],
)
def test_a_source_that_is_no_export_fails_the_run_and_loses_nothing(
    take, tenant, tmp_path, known, make, reason_code
):
    path = tmp_path / "export"
    make(path)
    source = path.with_name("export.zip") if path.with_name("export.zip").exists() else path

    run = take(source)

    (entry,) = run.failures
    assert (run.status, entry["reason_code"]) == ("failed", reason_code)
    assert "export" in entry["reason"]
    assert str(tmp_path) not in entry["reason"]
    assert db.session.get_one(InventorySyncRun, run.id).status == "failed"
    assert_nothing_was_lost(tenant, known)


def test_a_failed_sync_shows_no_policy_as_read(take, sync_of, known, tmp_path):
    failed = take(tmp_path / "nowhere")

    assert policies_at(sync_of(failed)) == []
    assert coverage_of(sync_of(failed)) == {}


def test_a_zip_reads_like_the_folder_it_was_made_of(take, tmp_path, known, compare):
    path = tmp_path / "export.zip"
    path.write_bytes(
        zipped(
            {
                "iOS\\a.json": b'{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "A"}',
                "iOS/b.json": b'{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "B"}',
                "__MACOSX/._b.json": b"\x00\x05fork",
            }
        )
    )

    run = take(path)

    assert (run.status, run.summary["policies"], run.summary["added"]) == ("completed", 2, 0)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("../../etc/outside.json", b"{}", "points outside"),
        ("bomb.json", b" " * (30 * MEGABYTE), "times its size"),
        ("broken.json", b'{"displayName":', "not valid JSON"),
        ("text.json", b"\xff\xfe\x00\xd8", "UTF-16"),
    ],
    ids=["path out of the archive", "zip bomb", "broken JSON", "wrong encoding"],
)
def test_an_entry_that_cannot_be_believed_is_named_and_truncates(
    take, sync_of, tmp_path, known, name, content, said
):
    path = tmp_path / "export.zip"
    good = b'{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "A"}'
    path.write_bytes(zipped({"a.json": good, name: content}))

    run = take(path)

    (entry,) = run.failures
    assert run.status == "completed_with_errors"
    assert entry["reason_code"] == "document_unreadable"
    assert name in entry["reason"]
    assert said in entry["reason"]
    assert coverage_of(sync_of(run))["compliancePolicy"].state == "truncated"
    assert rows(InventoryVersion) == 2
    assert not list(tmp_path.rglob("outside.json"))


def test_a_file_of_300_megabytes_is_named_and_not_read(take, export, known):
    folder = export({"a.json": compliance("A"), "b.json": compliance("B")})
    with (folder / "huge.json").open("wb") as file:
        file.truncate(300 * MEGABYTE)

    run = take(folder)

    (entry,) = run.failures
    assert run.status == "completed_with_errors"
    assert "huge.json" in entry["reason"]
    assert "300 MB" in entry["reason"]


def test_a_folder_without_any_policy_fails_the_run(take):
    run = take({"manifest.json": {"version": 1}, "read.me": b"hello"})

    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "no_policies")


@on_both_databases
def test_a_path_with_a_nul_character_fails_the_run_and_nothing_else(take, tmp_path):
    run = take(f"{tmp_path}/na\x00me")

    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "source_not_found")
    assert "\x00" not in run.failures[0]["reason"]
