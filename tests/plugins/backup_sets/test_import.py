"""`backup_set.import`: the same set again, and nothing that is not proven."""

import json
import shutil
import zipfile

import pytest
from sqlalchemy import select

from app.core import (
    InvalidInputError,
    InvalidParametersError,
    current_catalog,
    db,
    find_run,
    start_operation,
)
from app.core.audit import AuditLog
from app.core.runs.execute import execute_run
from app.core.tenants import tenant_by_id
from app.plugins.backup_sets import importing
from app.plugins.backup_sets.exports import export_of_run, path_of
from app.plugins.backup_sets.importing import ImportParams, operation
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.backup_sets.models import BackupSet
from app.plugins.inventory import bodies_of
from app.plugins.inventory.models import InventoryDocument
from tests.support.crashing import run_crashing
from tests.support.databases import on_both_databases
from tests.support.exported import SCRIPT, unpacked
from tests.support.snapshots import SHARED, compliance, run_now
from tests.support.stored import rows

ALIKE = (
    *("scope_key", "collection", "policy_type", "external_id", "twin", "display_name", "content_hash"),
    *("normalizer_version", "secret_count", "sync_run_id", "synced_at", "added_as", "added_by", "added_at"),
)


def told(backup_set):
    """What a set holds, apart from numbers of this installation."""
    shown = list_items(backup_set, ItemFilter(), limit=None)
    db.session.commit()
    return [(one.version, one.versions, *(getattr(one.item, name) for name in ALIKE)) for one in shown]


def documents(tenant, backup_set):
    hashes = [one.item.content_hash for one in list_items(backup_set, ItemFilter(), limit=None)]
    found = bodies_of(tenant, hashes)
    db.session.commit()
    return found


@pytest.fixture
def exported(add, abc, take, export_set):
    """A zip of a set with two versions of A, one with a secret, and B and C."""
    add(abc)
    add(take({"a.json": compliance("A", passcodeRequired=True), "s.json": SCRIPT}))
    return export_set()[1]


@pytest.fixture
def altered(exported, tmp_path):
    """A copy of the zip with changed entries: `altered({"path": bytes or None})`."""

    def alter(changes=None, manifest=None):
        target = tmp_path / "altered.zip"
        said, _ = unpacked(exported)
        changes = dict(changes or {})
        if manifest:
            manifest(said)
            changes["manifest.json"] = json.dumps(said).encode()
        with (
            zipfile.ZipFile(exported) as source,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name in source.namelist():
                if name not in changes:
                    archive.writestr(name, source.read(name))
            for name, content in changes.items():
                if content is not None:
                    archive.writestr(name, content)
        return target

    return alter


A = "Compliance Policies/Policies/A_iosCompliancePolicy.json"
B = "Compliance Policies/Policies/B_iosCompliancePolicy.json"


@on_both_databases
def test_an_imported_set_is_the_same_in_another_tenant(tenant, make_tenant, backup_set, exported, import_set):
    other = make_tenant()

    run, made = import_set(exported, into=other)

    assert (run.status, run.succeeded, run.total_items) == ("completed", 5, 5)
    assert told(made) == told(backup_set)
    assert documents(other, made) == documents(tenant, backup_set)
    assert (made.name, made.tenant_id) == ("Golden", other.id)
    assert made.imported_from["tenant"] == tenant.name
    verified = run_now(other, "backup_set.verify", {"backup_set_id": made.id})
    assert verified.summary["documents"] == {"intact": 5, "altered": 0, "missing": 0, "unverified": 0}


def test_an_imported_set_exports_to_the_same_documents_and_hashes(make_tenant, exported, import_set):
    other = make_tenant()
    _, made = import_set(exported, into=other)

    run = run_now(other, "backup_set.export", {"backup_set_id": made.id})

    again = path_of(other, export_of_run(other, run.id))
    (first, files), (second, files_again) = unpacked(exported), unpacked(again)
    assert files_again == files
    by_path = [{one["path"]: one for one in manifest["items"]} for manifest in (first, second)]
    assert by_path[0] == by_path[1]


def test_in_its_own_tenant_it_gets_another_name_and_stores_nothing_anew(
    tenant, backup_set, exported, import_set
):
    before = rows(InventoryDocument)

    _, made = import_set(exported)
    _, again = import_set(exported)

    assert [one.name for one in (made, again)] == ["Golden (imported)", "Golden (imported 2)"]
    assert rows(InventoryDocument) == before
    assert told(made) == told(backup_set)


def test_a_document_that_is_nested_without_end_is_refused_alone(make_tenant, altered, import_set):
    deep = b'{"a":' * 900 + b"1" + b"}" * 900

    run, _ = import_set(altered({A: deep, B: b'{"a":' * 90_000}), into=make_tenant())

    assert run.failure_totals == {"document_altered": 2}
    assert run.succeeded == 3


@on_both_databases
def test_an_altered_document_is_refused_alone_and_named(make_tenant, altered, exported, import_set):
    _, files = unpacked(exported)
    wrong = altered({A: json.dumps(files[A] | {"passcodeRequired": False}).encode(), B: b"[]"})

    run, made = import_set(wrong, into=make_tenant())

    assert (run.bucket, run.succeeded, run.failed) == ("partially_succeeded", 3, 2)
    assert run.failure_totals == {"document_altered": 2}
    assert len(told(made)) == 3


def test_a_document_that_only_looks_different_is_the_same(make_tenant, altered, exported, import_set):
    _, files = unpacked(exported)
    spaced = json.dumps(dict(reversed(files[A].items())), indent=8).replace("\n", "\r\n").encode()

    run, _ = import_set(altered({A: spaced}), into=make_tenant())

    assert (run.succeeded, run.failed) == (5, 0)


def test_what_is_missing_and_what_nobody_promised_is_named(make_tenant, altered, import_set):
    run, _ = import_set(altered({A: None, "Extra/x.json": b"{}"}), into=make_tenant())

    assert run.failure_totals == {"document_missing": 1, "not_in_manifest": 1}
    assert run.succeeded == 4


@pytest.mark.parametrize(
    ("entry", "content", "code"),
    [
        ("../../outside.json", b"{}", "unsafe_path"),
        ("/etc/outside.json", b"{}", "unsafe_path"),
        ("C:\\outside.json", b"{}", "unsafe_path"),
        ("Bomb/zeros.json", b" " * (30 * 1024 * 1024), "compression_ratio"),
    ],
)
def test_what_leads_outside_or_swells_is_never_unpacked(
    make_tenant, altered, import_set, tmp_path, entry, content, code
):
    run, _ = import_set(altered({entry: content}), into=make_tenant())

    assert run.failure_totals == {code: 1}
    assert run.succeeded == 5
    assert not list(tmp_path.rglob("outside.json"))


def test_a_promised_document_that_leads_outside_is_refused(make_tenant, altered, import_set):
    def lead_outside(manifest):
        manifest["items"][0]["path"] = "../a.json"

    run, _ = import_set(altered({"../a.json": b"{}"}, lead_outside), into=make_tenant())

    assert run.failure_totals["unsafe_path"] == 1
    assert run.succeeded == 4


def forget_format(manifest):
    manifest["format"] = "another"


def name_twice(manifest):
    manifest["items"].append(manifest["items"][0])


def long_name(manifest):
    manifest["items"][0]["display_name"] = "x" * 601


def no_hash(manifest):
    manifest["items"][0]["content_hash"] = "../../x"


def null_character(manifest):
    manifest["origin"]["tenant"] = "a\x00b"


def far_future(manifest):
    manifest["items"][0]["sync_run"] = 2**40


@pytest.mark.parametrize("wrong", [forget_format, name_twice, long_name, no_hash, null_character, far_future])
def test_a_manifest_that_cannot_be_used_imports_nothing(make_tenant, altered, import_set, wrong):
    before = rows(BackupSet)

    run, made = import_set(altered(manifest=wrong), into=make_tenant())

    assert (run.status, run.failures[0]["reason_code"], made) == ("failed", "manifest_unusable", None)
    assert rows(BackupSet) == before


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: zipfile.ZipFile(path, "w").close(), "not_an_export"),
        (lambda path: path.write_bytes(b"no zip"), "archive_unreadable"),
        (lambda path: path.parent, "export_not_found"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path, import_set, make, code):
    path = tmp_path / "wrong.zip"
    make(path)

    run, made = import_set(path)

    assert (run.status, run.failures[0]["reason_code"], made) == ("failed", code, None)


def test_when_nothing_is_proven_there_is_no_set(make_tenant, altered, exported, import_set):
    _, files = unpacked(exported)

    run, made = import_set(altered(dict.fromkeys(files, b"{}")), into=make_tenant())

    assert (run.bucket, run.failed, made) == ("failed", 5, None)


def test_a_document_of_an_earlier_normal_form_is_proven_by_its_bytes(
    make_tenant, altered, exported, import_set
):
    def earlier(manifest):
        for one in manifest["items"]:
            one["normal_form"], one["content_hash"] = 0, one["content_hash"][::-1]

    other = make_tenant()
    run, made = import_set(altered(manifest=earlier), into=other)
    _, files = unpacked(exported)

    assert run.succeeded == 5
    verified = run_now(other, "backup_set.verify", {"backup_set_id": made.id})
    assert verified.summary["documents"]["unverified"] == 5
    wrong = altered({A: json.dumps(files[A]).encode()}, earlier)
    assert import_set(wrong, into=make_tenant("third"))[0].failure_totals == {"document_altered": 1}


def test_a_secret_that_somebody_wrote_in_is_not_taken_for_what_was_kept(
    make_tenant, altered, exported, import_set
):
    name = "Scripts/Powershell/Fictional script_deviceManagementScript.json"
    _, files = unpacked(exported)

    run, made = import_set(
        altered({name: json.dumps(files[name] | {"scriptContent": "hunter2"}).encode()}), into=make_tenant()
    )

    assert run.failure_totals == {"document_altered": 1}
    assert b"hunter2" not in b"".join(documents(made_tenant(made), made).values())


def made_tenant(made):
    return tenant_by_id(made.tenant_id)


@on_both_databases
def test_an_import_resumed_after_any_commit_writes_nothing_twice(
    tenant, backup_set, exported, database, monkeypatch
):
    monkeypatch.setattr(importing, "CHUNK", 1)
    lost = 0
    for at in range(1, 80, 1 if database.name == "sqlite" else 4):
        path = exported.with_name(f"{at}.zip")
        shutil.copyfile(exported, path)
        sets = rows(BackupSet)
        run, has_died = run_crashing(tenant, "backup_set.import", {"path": str(path)}, at=at)
        assert (run.status, run.succeeded, run.total_items) == ("completed", 5, 5), f"died after commit {at}"
        made = db.session.get(BackupSet, run.summary["backup_set"])
        assert rows(BackupSet) == sets + 1
        assert told(made) == told(backup_set)
        if not has_died:
            break
        lost += run.lost_attempts
    assert lost > 1, "there were commits to die at"


def test_who_imported_what_is_in_the_audit_log(tenant, exported, import_set):
    run, made = import_set(exported)

    entry = db.session.scalars(select(AuditLog).where(AuditLog.action == "backup_set.imported")).one()
    assert (entry.subject, entry.details["from_tenant"]) == (f"backup_set:{made.id}", tenant.name)
    assert entry.details["run"] == run.id


def test_nothing_can_be_added_to_an_imported_set(tenant, exported, import_set, ids, abc):
    _, made = import_set(exported)
    params = {"backup_set_id": made.id, "policy_ids": list(ids(abc).values()), "sync_run_id": abc.id}

    with pytest.raises(InvalidInputError, match="stays as it came"):
        start_operation(current_catalog(), tenant, "backup_set.add_policies", params)
    with pytest.raises(InvalidParametersError, match="backup_set_id"):
        start_operation(current_catalog(), tenant, "backup_set.fill", {"backup_set_id": made.id})


def test_a_fill_that_was_queued_leaves_a_set_alone_that_came_from_elsewhere(tenant, backup_set, abc):
    started = start_operation(current_catalog(), tenant, "backup_set.fill", {"backup_set_id": backup_set.id})
    backup_set.imported_from = {"tenant": "Fabled Quay Ltd"}
    db.session.commit()

    execute_run(started.run_id)

    run = find_run(tenant, started.run_id)
    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "set_is_imported")


def test_only_files_of_the_tenant_may_be_named_by_others_than_administrators(app, tenant, exported, settings):
    with pytest.raises(InvalidParametersError, match="import folder"):
        operation.permits(tenant, ImportParams(path=str(exported)))

    mine = settings.data_dir / "imports" / tenant.slug / "golden.zip"
    mine.parent.mkdir(parents=True)
    shutil.copyfile(exported, mine)
    operation.permits(tenant, ImportParams(path=str(mine)))


REAL = ["ces2026-intunecd/v2025.12.08.1", "ces2026-intunecd/v2025.12.11.7", "j0eyv-ca/2024.4.1"]


@pytest.fixture(params=REAL)
def real(request):
    """A folder of a real export."""
    folder = SHARED / request.param
    if not folder.is_dir():
        pytest.skip(f"no real exports at {folder}")
    return folder


def test_real_exports_come_back_elsewhere_with_equal_hashes(
    real, make_tenant, take, add_all, backup_set, export_set, import_set
):
    sync = take(real)
    added = add_all(sync)
    assert added.succeeded > 10
    assert add_all(sync).skipped == added.succeeded

    _, path = export_set()
    run, made = import_set(path, into=make_tenant())

    assert (run.succeeded, run.failed) == (added.succeeded, 0)
    assert told(made) == told(backup_set)
