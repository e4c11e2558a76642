"""Exporting, downloading and importing in a browser, and who may."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import BulkOperationRun, Role, clock, db
from app.core.audit import AuditLog
from app.plugins.backup_sets.exports import list_exports
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.backup_sets.models import BackupSet, BackupSetExport
from app.plugins.backup_sets.sets import create_set, list_sets
from tests.support.browsing import location
from tests.support.databases import on_both_databases
from tests.support.snapshots import run_now
from tests.support.stored import rows


@pytest.fixture
def path(tenant, backup_set):
    """The address of the set."""
    return f"/t/{tenant.slug}/backup-sets/{backup_set.id}"


@pytest.fixture
def made(tenant, backup_set, add, abc, export_set):
    """An export of the set."""
    add(abc)
    export_set()
    (export,) = list_exports(tenant, backup_set)
    db.session.commit()
    return export


@pytest.fixture
def reader(sign_in, make_user, tenant):
    """A browser of somebody who may only look."""
    return sign_in(make_user(tenant=tenant, role=Role.READONLY))


def audited(action):
    """(who, about what) of the entries of an action."""
    found = db.session.execute(
        select(AuditLog.actor, AuditLog.subject).where(AuditLog.action == action)
    ).all()
    db.session.commit()
    return [tuple(row) for row in found]


def test_who_may_only_look_exports_and_downloads(reader, path, add, abc, worker, tenant, backup_set):
    add(abc)

    landing = reader.get(location(reader.submit(f"{path}/export", {})))
    assert "queued" in landing.text
    worker()
    page = reader.get(path).text
    (export,) = list_exports(tenant, backup_set)

    assert "Download" in page
    assert export.sha256 in page
    answer = reader.submit(f"{path}/exports/{export.id}", {})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=Golden-2")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "manifest.json" in archive.namelist()
    assert len(audited("backup_set.export_downloaded")) == 1


def test_a_set_without_versions_offers_no_export(reader, path):
    page = reader.get(path).text

    assert "/export" not in page
    assert "Exports" not in page


def test_the_export_says_what_is_not_in_it(reader, path, made):
    made.secret_count = 2
    db.session.commit()

    assert "2 secret values are not in it" in reader.get(path).text


@on_both_databases
def test_another_tenants_export_is_refused_like_none_nothing_is_written_and_it_is_audited(
    made, make_tenant, make_user, sign_in, tenant
):
    other = make_tenant()
    stranger = make_user(tenant=other, role=Role.OWNER)
    own = create_set(other, "Theirs")
    browser, before = sign_in(stranger), rows(BackupSetExport)
    tried = [
        f"/t/{other.slug}/backup-sets/{own.id}/exports/{made.id}",
        f"/t/{other.slug}/backup-sets/{made.backup_set_id}/exports/{made.id}",
        f"/t/{other.slug}/backup-sets/{own.id}/exports/4711",
        f"/t/{other.slug}/backup-sets/{own.id}/exports/{made.file_name}",
        f"/t/{other.slug}/backup-sets/{own.id}/exports/..%2f{tenant.id}%2f{made.file_name}",
    ]

    answers = [browser.submit(address, {}) for address in tried]

    refused = [answer for answer in answers if answer.status_code != 404]
    assert {answer.status_code for answer in refused} == {403}
    assert len(refused) >= 4
    assert len({answer.text.partition("<main")[2] for answer in refused}) == 1, "nobody learns why"
    assert not [answer for answer in answers if answer.data.startswith(b"PK")]
    assert rows(BackupSetExport) == before
    entries = audited("backup_set.download_refused")
    assert {actor for actor, _ in entries} == {stranger.email}
    assert len(entries) == len(refused)


def test_a_stranger_to_the_tenant_gets_nothing(made, path, make_tenant, make_user, sign_in):
    stranger = sign_in(make_user(tenant=make_tenant(), role=Role.OWNER))

    assert stranger.submit(f"{path}/exports/{made.id}", {}).status_code == 403
    assert stranger.submit(f"{path}/export", {}).status_code == 403


def test_no_address_hands_out_a_file_to_whoever_only_asks(made, path, reader):
    for address in (
        f"{path}/exports/{made.id}",
        f"/static/exports/{made.file_name}",
        f"/exports/{made.file_name}",
    ):
        assert reader.get(address).status_code in {403, 404, 405}
    assert audited("backup_set.export_downloaded") == []


def test_an_expired_export_says_so_and_is_not_handed_out(made, path, reader):
    made.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()

    assert "Expired" in reader.get(path).text
    answer = reader.submit(f"{path}/exports/{made.id}", {})
    assert answer.status_code == 400
    assert "its time is over" in answer.text


def test_an_export_whose_file_is_gone_is_not_offered(made, path, reader, settings, tenant):
    (settings.data_dir / "exports" / str(tenant.id) / made.file_name).unlink()

    assert f"/exports/{made.id}" not in reader.get(path).text
    assert reader.submit(f"{path}/exports/{made.id}", {}).status_code == 400


def test_files_are_for_the_product_alone(made, settings, tenant):
    folder = settings.data_dir / "exports" / str(tenant.id)

    assert folder.stat().st_mode & 0o077 == 0
    assert [one.name for one in folder.iterdir()] == [made.file_name]
    assert len(made.file_name) == len("0" * 32 + ".zip")


@pytest.fixture
def zipped(made, settings, tenant):
    """The bytes of the export."""
    return (settings.data_dir / "exports" / str(tenant.id) / made.file_name).read_bytes()


def test_an_uploaded_export_becomes_a_set(browser, tenant, zipped, worker, operator):
    sent = {"file": (io.BytesIO(zipped), "golden.zip")}

    landing = browser.submit(f"/t/{tenant.slug}/backup-sets/import", sent)
    assert landing.status_code == 302
    worker()

    names = {one.backup_set.name: one for one in list_sets(tenant)}
    assert names["Golden (imported)"].policies == 3
    made = names["Golden (imported)"].backup_set
    assert made.created_by == operator.email
    page = browser.get(f"/t/{tenant.slug}/backup-sets/{made.id}").text
    assert f"Imported from</dt><dd>“Golden” of {tenant.name}" in page
    assert "Add policies" not in page
    assert "/inventory/syncs/" not in page.partition('id="versions"')[2].partition("</table>")[0]


def test_an_imported_version_leads_to_no_sync_of_this_tenant(browser, tenant, zipped, worker):
    browser.submit(f"/t/{tenant.slug}/backup-sets/import", {"file": (io.BytesIO(zipped), "golden.zip")})
    worker()
    made = db.session.scalars(select(BackupSet).where(BackupSet.name == "Golden (imported)")).one()
    (first, *_) = list_items(made, ItemFilter())

    page = browser.get(f"/t/{tenant.slug}/backup-sets/{made.id}/items/{first.item.id}")

    assert page.status_code == 200
    assert f"sync {first.item.sync_run_id} there" in page.text
    assert "/inventory/syncs/" not in page.text


def test_a_laid_in_zip_can_be_chosen(browser, tenant, zipped, settings, worker):
    folder = settings.data_dir / "imports" / tenant.slug
    folder.mkdir(parents=True)
    (folder / "golden.zip").write_bytes(zipped)
    (folder / "other.json").write_bytes(b"{}")
    page = browser.get(f"/t/{tenant.slug}/backup-sets/import").text
    assert "golden.zip" in page
    assert "other.json" not in page

    browser.submit(f"/t/{tenant.slug}/backup-sets/import", {"export": "golden.zip"})
    worker()

    assert len(list_sets(tenant)) == 2


@pytest.mark.parametrize(
    "sent",
    [{}, {"export": "../secret.key"}, {"export": "nothing.zip"}, {"file": (io.BytesIO(b"x"), "a.exe")}],
)
def test_what_is_no_choice_is_refused_and_starts_nothing(browser, tenant, sent):
    before = rows(BulkOperationRun)

    answer = browser.submit(f"/t/{tenant.slug}/backup-sets/import", sent)

    assert answer.status_code == 422
    assert "Nothing was started yet." in answer.text
    assert rows(BulkOperationRun) == before


def test_who_may_only_look_imports_nothing(reader, tenant):
    for answer in (
        reader.get(f"/t/{tenant.slug}/backup-sets/import"),
        reader.submit(f"/t/{tenant.slug}/backup-sets/import", {}),
    ):
        assert answer.status_code == 403
    assert "Import" not in reader.get(f"/t/{tenant.slug}/backup-sets").text.partition("<main")[2]


def test_a_run_that_exports_leads_to_the_download(tenant, backup_set, add, abc):
    add(abc)

    run = run_now(tenant, "backup_set.export", {"backup_set_id": backup_set.id})

    assert run.related_links == [
        {"label": "Download the export", "url": f"/t/{tenant.slug}/backup-sets/{backup_set.id}#exports"}
    ]
