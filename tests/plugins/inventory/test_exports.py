"""Exports an operator chooses in the browser: uploaded, or laid in by an administrator."""

import io
import zipfile

import pytest

from app.plugins.inventory.store.snapshots import list_syncs
from tests.support.browsing import location
from tests.support.snapshots import compliance, write_export

POLICY = b'{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "Harbour"}'


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.json", content)
    packed.seek(0)
    return packed


def uploaded(browser, tenant, name, content):
    return browser.submit(
        f"/t/{tenant.slug}/inventory/new",
        {"file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def test_an_uploaded_zip_becomes_a_sync(browser, tenant, worker):
    answer = uploaded(browser, tenant, "export.zip", zipped(a=POLICY).read())
    worker()

    (sync,) = list_syncs(tenant)
    assert answer.status_code == 302
    assert location(answer) == f"/t/{tenant.slug}/monitoring/operations/{sync.id}"
    assert (sync.status, sync.origin, sync.policy_count) == ("completed", "export.zip", 1)
    assert "Inventory snapshot" in browser.get(location(answer)).text
    assert "Harbour" in browser.get(f"/t/{tenant.slug}/inventory/syncs/{sync.id}").text
    assert f"/inventory/syncs/{sync.id}" in browser.get(f"/t/{tenant.slug}/inventory").text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("policy.JSON", "policy.json"),
        ("../../climbing.json", "climbing.json"),
        ("港.json", "export.json"),
        (f"{'long' * 80}.json", f"{'long' * 25}.json"),
    ],
)
def test_an_uploaded_file_is_kept_under_a_harmless_name_in_the_tenants_own_folder(
    browser, tenant, worker, settings, name, kept
):
    uploaded(browser, tenant, name, POLICY)
    worker()

    (sync,) = list_syncs(tenant)
    (file,) = [path for path in (settings.data_dir / "uploads" / str(tenant.id)).rglob("*") if path.is_file()]
    assert (sync.status, file.name) == ("completed", kept)
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["notes.txt", "zip", "export.zip.exe", "no-ending"])
def test_an_upload_of_another_kind_is_refused_by_name(browser, tenant, worker, settings, name):
    answer = uploaded(browser, tenant, name, POLICY)

    assert answer.status_code == 422
    assert name in answer.text
    assert worker() == 0
    assert not (settings.data_dir / "uploads").exists()


@pytest.mark.parametrize("name", ["../another", "/etc", "..", "imaginary", ".hidden.json"])
def test_an_export_that_was_not_offered_is_refused_by_name(browser, tenant, worker, settings, name):
    write_export(settings.data_dir / "imports" / "another", {"a.json": compliance("A")})
    write_export(
        settings.data_dir / "imports" / tenant.slug, {".hidden.json": compliance("A"), "read.me": b""}
    )

    answer = browser.submit(f"/t/{tenant.slug}/inventory/new", {"export": name})

    assert answer.status_code == 422
    assert name in answer.text
    assert worker() == 0


def test_nothing_chosen_is_refused(browser, tenant, worker):
    answer = browser.submit(f"/t/{tenant.slug}/inventory/new", {})

    assert answer.status_code == 422
    assert "Choose an export" in answer.text


def test_an_export_laid_in_for_the_tenant_is_offered_and_read(browser, tenant, make_tenant, worker, settings):
    write_export(settings.data_dir / "imports" / tenant.slug / "monday", {"a.json": compliance("A")})
    write_export(
        settings.data_dir / "imports" / make_tenant().slug / "secret-of-others", {"a.json": compliance("A")}
    )

    form = browser.get(f"/t/{tenant.slug}/inventory/new").text
    browser.submit(f"/t/{tenant.slug}/inventory/new", {"export": "monday"})
    worker()

    assert "monday" in form
    assert "secret-of-others" not in form
    assert [(sync.origin, sync.status) for sync in list_syncs(tenant)] == [("monday", "completed")]
