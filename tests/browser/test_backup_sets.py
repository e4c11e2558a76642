"""Choosing policies for a backup set by hand: by filter, all that match, without JavaScript too."""

import pytest
from playwright.sync_api import expect

from app.core import start_and_wait
from app.core.db import db
from app.plugins.backup_sets.sets import create_set, summary_of
from tests.support.exported import unpacked
from tests.support.snapshots import compliance, write_export

MATCHING, ALL = 128, 500


@pytest.fixture
def golden(app, make_tenant, tmp_path):
    """An empty set of a tenant with 500 policies, 128 of them for laptops."""
    tenant = make_tenant()
    names = [f"{'Laptops' if number < MATCHING else 'Phones'} {number:03}" for number in range(ALL)]
    folder = write_export(tmp_path / "export", {"all.json": [compliance(name) for name in names]})
    start_and_wait(tenant, "inventory.sync", {"path": str(folder)}, inline=True)
    made = create_set(tenant, "Golden")
    db.session.commit()
    return tenant, made


@pytest.mark.parametrize("javascript", [True, False])
def test_128_of_500_policies_are_chosen_by_a_filter_and_added_at_once(browse, member, golden, javascript):
    tenant, made = golden
    page = browse(member(tenant), java_script_enabled=javascript)
    page.goto(f"/t/{tenant.slug}/backup-sets/{made.id}")
    page.get_by_role("main").get_by_role("link", name="Add policies").first.click()
    expect(page.get_by_role("button", name=f"Add all {ALL}")).to_be_visible()

    page.get_by_label("Search").fill("laptops")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name=f"Add all {MATCHING} matching").click()
    expect(page.get_by_text("queued.")).to_be_visible()

    page.get_by_role("link", name="View run").click()
    finished = page.get_by_text(f"{MATCHING} of {MATCHING} succeeded")
    for _ in range(50):
        if javascript or finished.count():
            break
        page.reload()
    expect(finished.first).to_be_visible()
    page.get_by_role("link", name="Backup set", exact=True).click()
    expect(page.get_by_text(f"{MATCHING} policies in {MATCHING} versions")).to_be_visible()
    db.session.rollback()
    assert summary_of(made).policies == MATCHING


def test_single_policies_are_chosen_with_the_keyboard(browse, member, golden):
    tenant, made = golden
    page = browse(member(tenant))
    page.goto(f"/t/{tenant.slug}/backup-sets/{made.id}/add?q=laptops+00")

    page.get_by_label("Laptops 007").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Laptops 008")).to_be_checked()
    page.get_by_role("button", name="Add selected").press("Enter")

    page.get_by_role("link", name="View run").click()
    expect(page.get_by_text("2 of 2 succeeded").first).to_be_visible()


@pytest.fixture
def drifted(app, make_tenant, tmp_path):
    """A tenant with an empty set, and findings: Laptops has changed, Phones is gone, Tablets is new."""
    tenant = make_tenant()
    before = [compliance("Laptops", passcodeMinimumLength=12), compliance("Phones")]
    after = [compliance("Laptops", passcodeMinimumLength=4), compliance("Tablets")]
    syncs = []
    for number, policies in enumerate((before, after)):
        folder = write_export(tmp_path / f"export-{number}", {"all.json": policies})
        syncs.append(start_and_wait(tenant, "inventory.sync", {"path": str(folder)}, inline=True).id)
    params = dict(zip(("baseline_run_id", "current_run_id"), syncs, strict=True))
    start_and_wait(tenant, "drift.generate", params, inline=True)
    create_set(tenant, "Golden")
    db.session.commit()
    return tenant


def test_policies_of_findings_are_kept_what_cannot_be_says_why_and_the_set_is_downloaded(
    browse, member, drifted
):
    page = browse(member(drifted))
    page.goto(f"/t/{drifted.slug}/findings")
    page.get_by_role("link", name="Keep these policies").click()
    page.get_by_label("The baseline version").check()
    page.get_by_role("button", name="Keep").click()

    page.get_by_role("link", name="View run").click()
    expect(page.get_by_text("Partially succeeded").first).to_be_visible()
    expect(page.get_by_text("Not in the sync").first).to_be_visible()
    page.get_by_role("link", name="Backup set", exact=True).click()
    expect(page.get_by_text("2 policies in 2 versions")).to_be_visible()

    page.get_by_role("button", name="Export").click()
    page.get_by_role("link", name="View run").click()
    page.get_by_role("link", name="Download the export").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    download = downloading.value
    assert download.suggested_filename.startswith("Golden-")
    manifest, documents = unpacked(download.path())
    assert {one["display_name"] for one in manifest["items"]} == {"Laptops", "Phones"}
    assert len(documents) == 2
