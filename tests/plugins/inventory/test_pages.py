"""Inventory in a browser: syncs, policies, starting, and what other tenants do not see."""

import pytest
from sqlalchemy import select

from app.core import Role, db
from app.plugins.inventory.models import InventoryPolicy, InventorySyncRun, InventoryVersion
from tests.support.browsing import location, without_token
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, write_export

POLICY = b'{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "Harbour"}'


def started(browser, tenant, export):
    return browser.submit(f"/t/{tenant.slug}/inventory/new", {"export": export})


def test_a_second_start_while_one_is_active_says_so_and_starts_nothing(browser, tenant, worker, settings):
    for name in ("monday", "tuesday"):
        write_export(settings.data_dir / "imports" / tenant.slug / name, {"a.json": compliance("A")})
    first = started(browser, tenant, "monday")

    second = started(browser, tenant, "tuesday")

    assert location(second) == location(first)
    assert "already running" in browser.get(location(second)).text
    assert worker() == 1


def test_a_readonly_member_sees_syncs_and_starts_nothing(sign_in, make_user, tenant, take):
    run = take({"a.json": compliance("A")})
    reader = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    page = reader.get(f"/t/{tenant.slug}/inventory")

    assert page.status_code == 200
    assert "New sync" not in page.text
    assert reader.get(f"/t/{tenant.slug}/inventory/syncs/{run.id}").status_code == 200
    assert reader.get(f"/t/{tenant.slug}/inventory/new").status_code == 403
    assert started(reader, tenant, "monday").status_code == 403


def test_a_sync_shows_its_coverage_problems_and_policies_of_one_type(browser, tenant, take):
    take({"iOS/a.json": compliance("Anchor"), "iOS/b.json": compliance("Buoy")})
    run = take({"iOS/a.json": compliance("Anchor"), "iOS/b.json": b"{broken"})

    page = browser.get(f"/t/{tenant.slug}/inventory/syncs/{run.id}?collection=compliancePolicy").text

    for shown in ("Truncated", "iOS/b.json", "document_unreadable", "Anchor"):
        assert shown in page
    assert "Buoy" not in page


@pytest.mark.parametrize("query", ["collection=imaginary", "collection=%00"])
def test_a_collection_the_sync_does_not_have_is_refused(browser, tenant, take, query):
    run = take({"a.json": compliance("A")})

    assert browser.get(f"/t/{tenant.slug}/inventory/syncs/{run.id}?{query}").status_code == 400


def only(model):
    return db.session.scalars(select(model)).first()


def test_a_policy_shows_its_body_and_every_version(browser, tenant, take):
    take({"a.json": compliance("A", passcodeMinimumLength=4)})
    take({"a.json": compliance("A", passcodeMinimumLength=8)})
    url = f"/t/{tenant.slug}/inventory/policies/{only(InventoryPolicy).id}"
    oldest = only(InventoryVersion).id

    newest_page, oldest_page = browser.get(url).text, browser.get(f"{url}?version={oldest}").text

    assert "passcodeMinimumLength&#34;: 8" in newest_page
    assert "passcodeMinimumLength&#34;: 4" in oldest_page
    assert f"version={oldest}" in newest_page


@pytest.mark.parametrize("version", ["abc", "0", "999999", str(10**30)])
def test_a_version_the_policy_does_not_have_is_refused_by_name(browser, tenant, take, version):
    take({"a.json": compliance("A")})

    answer = browser.get(f"/t/{tenant.slug}/inventory/policies/{only(InventoryPolicy).id}?version={version}")

    assert answer.status_code == 400
    assert version in answer.text


@on_both_databases
def test_another_tenants_sync_and_policy_are_refused_like_missing_ones(
    sign_in, make_user, make_tenant, tenant, take
):
    run = take({"a.json": compliance("A")})
    other = make_tenant()
    stranger = sign_in(make_user(tenant=other))
    policy_id = only(InventoryPolicy).id

    paths = [
        f"syncs/{run.id}",
        "syncs/999999",
        f"syncs/{10**30}",
        f"policies/{policy_id}",
        f"policies/{'0' * 32}",
        "policies/%00",
    ]
    answers = [stranger.get(f"/t/{other.slug}/inventory/{path}") for path in paths]

    assert {answer.status_code for answer in answers} == {403}
    assert len({without_token(answer.text) for answer in answers}) == 1
    assert stranger.get(f"/t/{tenant.slug}/inventory/syncs/{run.id}").status_code == 403
    assert db.session.get(InventorySyncRun, run.id).tenant_id == tenant.id
