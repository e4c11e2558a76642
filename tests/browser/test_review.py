"""Reviewing drift by hand: what was accepted stays so until it changes, expires, or the baseline moves on."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.core import Role, clock, start_and_wait
from app.core.db import db
from app.plugins.drift.baselines import set_baseline
from app.plugins.drift.models import Finding, FindingAcknowledgement
from tests.support.snapshots import compliance, write_export


@pytest.fixture
def harbour(make_tenant, member, tmp_path):
    """A tenant whose first snapshot is the baseline; `look(minimum=6)` takes another and compares it."""
    return Harbour(make_tenant(), tmp_path)


class Harbour:
    def __init__(self, tenant, folder):
        self.tenant, self.folder, self.syncs = tenant, folder, []

    def look(self, minimum, *, required=True):
        policy = compliance("Quay", passcodeMinimumLength=minimum, passcodeRequired=required)
        folder = write_export(self.folder / f"export-{len(self.syncs)}", {"quay.json": policy})
        sync = start_and_wait(self.tenant, "inventory.sync", {"path": str(folder)}, inline=True)
        self.syncs.append(sync.id)
        if len(self.syncs) == 1:
            set_baseline(self.tenant, sync.id)
        else:
            params = {"baseline_run_id": self.syncs[0], "current_run_id": sync.id}
            start_and_wait(self.tenant, "drift.generate", params, inline=True)
        db.session.commit()


def open_finding(page, harbour):
    page.goto(f"/t/{harbour.tenant.slug}/findings")
    page.get_by_role("link", name="Quay").click()


def accept(page, reason, button="Acknowledge"):
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name=button, exact=True).click()


def test_what_was_acknowledged_is_new_again_when_it_changes(browse, member, harbour):
    page = browse(member(harbour.tenant), java_script_enabled=False)
    harbour.look(4)
    harbour.look(6)
    open_finding(page, harbour)

    accept(page, "Agreed with the works council")
    expect(page.get_by_text("Agreed with the works council").first).to_be_visible()
    expect(page.locator("#acknowledgement").get_by_text("Acknowledged", exact=True)).to_be_visible()

    harbour.look(8)
    page.reload()
    expect(page.locator("#acknowledgement").get_by_text("New", exact=True)).to_be_visible()
    expect(page.get_by_text("It changed after it was acknowledged.")).to_be_visible()
    expect(page.locator("#acknowledgement").get_by_text("it changed since")).to_be_visible()


def test_one_path_is_acknowledged_and_another_changes(browse, member, harbour):
    page = browse(member(harbour.tenant))
    harbour.look(4)
    harbour.look(6, required=False)
    open_finding(page, harbour)

    page.get_by_label("/passcodeRequired").check()
    accept(page, "Only the switch", "Acknowledge selected paths")
    page.get_by_label("/passcodeMinimumLength").check()
    accept(page, "And its length", "Acknowledge selected paths")
    expect(page.locator("#acknowledgement").get_by_text("Acknowledged", exact=True)).to_be_visible()

    harbour.look(9, required=False)
    page.reload()
    expect(page.locator("#acknowledgement").get_by_text("New", exact=True)).to_be_visible()
    held = page.locator("#acknowledgement li")
    expect(held.filter(has_text="Only the switch")).to_contain_text("until it changes")
    expect(held.filter(has_text="And its length")).to_contain_text("it changed since")


def test_what_was_acknowledged_for_a_time_is_new_when_that_is_over(browse, member, harbour):
    page = browse(member(harbour.tenant))
    harbour.look(4)
    harbour.look(6)
    open_finding(page, harbour)
    page.get_by_label("Until").fill(f"{clock.now() + timedelta(days=30):%Y-%m-%d}")
    accept(page, "For the trial")
    expect(page.locator("#acknowledgement").get_by_text("Acknowledged", exact=True)).to_be_visible()

    past = clock.now() - timedelta(minutes=1)
    db.session.execute(update(Finding).values(acknowledged_until=past))
    db.session.execute(update(FindingAcknowledgement).values(expires_at=past))
    db.session.commit()
    page.reload()

    expect(page.locator("#acknowledgement").get_by_text("New", exact=True)).to_be_visible()
    expect(page.locator("#acknowledgement").get_by_text("expired")).to_be_visible()


def test_chosen_findings_are_acknowledged_with_the_keyboard_and_by_filter(browse, member, harbour):
    page = browse(member(harbour.tenant))
    harbour.look(4)
    harbour.look(6)
    page.goto(f"/t/{harbour.tenant.slug}/findings")

    page.get_by_label("Select Quay").focus()
    page.keyboard.press("Space")
    page.get_by_text("Acknowledge several").click()
    accept(page, "Agreed", "Acknowledge selected")
    expect(page.get_by_text("queued for 1 finding")).to_be_visible()

    page.get_by_role("link", name="View run").click()
    expect(page.get_by_text("1 of 1 succeeded").first).to_be_visible()
    page.get_by_role("link", name="Findings", exact=True).last.click()
    page.get_by_role("link", name="Acknowledged 1").click()
    expect(page.get_by_role("link", name="Quay")).to_be_visible()


def test_a_new_version_of_the_baseline_absorbs_what_it_holds(browse, member, harbour):
    page = browse(member(harbour.tenant, Role.MANAGER))
    harbour.look(4)
    harbour.look(6)
    page.goto(f"/t/{harbour.tenant.slug}/drift")

    page.locator("#field-baseline-sync").select_option(str(harbour.syncs[1]))
    page.get_by_label("Name").fill("Spring")
    page.get_by_label("Reason").fill("Rolled out on Monday")
    page.get_by_role("button", name="Use as baseline").click()
    expect(page.get_by_text("Findings absorbed: 1")).to_be_visible()

    page.get_by_role("link", name="All versions").click()
    expect(page.get_by_role("row").filter(has_text="v2 Spring")).to_contain_text("In use")
    page.get_by_role("row").filter(has_text="v2 Spring").get_by_role("link", name="1", exact=True).click()
    page.get_by_role("link", name="Quay").click()
    expect(page.get_by_text("The baseline, version 2, holds it")).to_be_visible()
    expect(page.locator("#history")).to_contain_text("Absorbed by baseline v2")
    expect(page.locator("#history")).to_contain_text("Rolled out on Monday")
