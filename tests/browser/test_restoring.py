"""From a restore plan to a run, by hand, without JavaScript: selecting, confirming, and what is refused."""

import pytest
from playwright.sync_api import expect

from app.core import start_and_wait
from app.core.db import db
from app.core.users import Role
from app.plugins.backup_sets.sets import create_set
from tests.support.snapshots import compliance, write_export

KEPT = {"a.json": compliance("Laptops", passcodeMinimumLength=8), "b.json": compliance("Phones")}
LATER = {"a.json": compliance("Laptops", passcodeMinimumLength=4)}


@pytest.fixture
def golden(app, make_tenant, tmp_path):
    """A set that keeps two policies, of which the tenant has one by now, with other content."""
    tenant, exports = make_tenant(), []
    for number, files in enumerate((KEPT, LATER)):
        exports.append({"path": str(write_export(tmp_path / str(number), files))})
    start_and_wait(tenant, "inventory.sync", exports[0], inline=True)
    made = create_set(tenant, "Golden")
    start_and_wait(tenant, "backup_set.fill", {"backup_set_id": made.id}, inline=True)
    start_and_wait(tenant, "inventory.sync", exports[1], inline=True)
    for row in (tenant, made):
        db.session.refresh(row)  # now: a test that reads later would hold the server up
    db.session.commit()
    return tenant, made


def test_a_manager_selects_looks_again_and_types_the_name(browse, member, golden, witness):
    tenant, made = golden
    page = browse(member(tenant, Role.MANAGER), java_script_enabled=False)
    page.goto(f"/t/{tenant.slug}/backup-sets/{made.id}")
    page.get_by_role("link", name="Restore plan").click()
    expect(page.get_by_text("passcodeMinimumLength")).to_be_hidden()
    page.get_by_text("1 change", exact=True).click()
    expect(page.get_by_text("/passcodeMinimumLength")).to_be_visible()

    page.get_by_label("Phones, version 1").check()
    page.get_by_role("button", name="Restore selected").click()
    expect(page.get_by_role("rowheader", name="Phones")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Laptops")).to_have_count(0)
    witness.expect("status of 422")
    page.get_by_label("to confirm").fill("Somebody else")
    page.get_by_role("button", name="Write to the tenant").click()
    expect(page.get_by_text("Nothing was started.")).to_be_visible()

    page.get_by_label("to confirm").fill(tenant.name)
    page.get_by_role("button", name="Write to the tenant").click()
    expect(page.get_by_text("queued.")).to_be_visible()
    page.get_by_role("link", name="View run").click()
    expect(page.get_by_role("heading", name="Restore from a backup set")).to_be_visible()
