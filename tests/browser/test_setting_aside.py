"""What does not count, by a rule or by a gate, and how it comes to count, through the pages alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.core import Role, clock, start_and_wait
from app.core.db import db
from app.plugins.drift.rules.rows import DriftIgnoreRule
from tests.support.snapshots import compliance, conditional_access, write_export

NUMBERS = range(20)


@pytest.fixture
def quay(make_tenant, tmp_path):
    """A tenant of which two exports, before and after, are read; `look()` compares them, again and again."""
    return Quay(make_tenant(), tmp_path)


class Quay:
    def __init__(self, tenant, folder):
        self.tenant, self.folder = tenant, folder

    def read(self, before, after):
        syncs = []
        for name, files in (("before", before), ("after", after)):
            params = {"path": str(write_export(self.folder / name, files))}
            syncs.append(start_and_wait(self.tenant, "inventory.sync", params, inline=True).id)
        self.params = dict(zip(("baseline_run_id", "current_run_id"), syncs, strict=True))

    def look(self):
        start_and_wait(self.tenant, "drift.generate", self.params, inline=True)
        db.session.commit()

    def address(self, rest):
        return f"/t/{self.tenant.slug}/{rest}"


def expect_open(page, number):
    """The page of findings says this number wherever it counts what is open."""
    states = page.get_by_role("list", name="Where they stand")
    expect(states.get_by_role("link", name=f"Open {number}", exact=True)).to_be_visible()
    expect(states.get_by_role("link", name=f"New {number}", exact=True)).to_be_visible()
    expect(page.locator("#summary").get_by_role("link", name=f"All {number}", exact=True)).to_be_visible()


def test_what_a_rule_hid_counts_again_after_its_last_day(browse, member, quay):
    page = browse(member(quay.tenant, Role.MANAGER))
    quay.read({"a.json": compliance("Pilot 1", x=1)}, {"a.json": compliance("Pilot 1", x=2)})
    page.goto(quay.address("drift/rules/new"))
    page.get_by_label("Name", exact=True).fill("Pilots")
    page.get_by_label("Policy name").fill("Pilot *")
    page.get_by_label("Reason").fill("They change daily")
    page.get_by_label("Until").fill(f"{clock.now() + timedelta(days=1):%Y-%m-%d}")
    page.get_by_role("button", name="Save").click()
    rule = page.locator(".panel").filter(has_text="They change daily")
    expect(rule.get_by_text("On", exact=True)).to_be_visible()

    quay.look()
    page.goto(quay.address("findings"))
    expect_open(page, 0)
    page.get_by_role("link", name="1 hidden").click()
    expect(page.get_by_role("link", name="Pilot 1")).to_be_visible()

    of_tenant = update(DriftIgnoreRule).where(DriftIgnoreRule.tenant_id == quay.tenant.id)
    db.session.execute(of_tenant.values(expires_at=clock.now() - timedelta(minutes=1)))
    db.session.commit()
    page.goto(quay.address("drift/rules"))
    expect(rule.get_by_text("Over", exact=True)).to_be_visible()
    page.goto(quay.address("findings"))
    expect_open(page, 0)
    expect(page.get_by_role("link", name="1 hidden")).to_be_visible()

    quay.look()
    page.reload()
    expect_open(page, 1)
    expect(page.locator("#set-aside")).to_contain_text("0 hidden by ignore rules")
    expect(page.get_by_role("link", name="Pilot 1")).to_be_visible()
    page.goto(quay.address(""))
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Open findings"))
    expect(card.get_by_role("listitem")).to_have_text("1 high")


def test_a_group_is_confirmed_by_one_click_and_another_dismissed_by_one(browse, member, quay):
    page = browse(member(quay.tenant, Role.MANAGER))
    policies = {f"iOS/{number}.json": compliance(f"Dinghy {number}") for number in NUMBERS}
    policies |= {f"CA/{number}.json": conditional_access(f"Beacon {number}") for number in NUMBERS}
    left = {name: body for name, body in policies.items() if len(name.partition("/")[2]) == len("1.json")}
    quay.read(policies, left)
    quay.look()
    page.goto(quay.address("findings"))
    groups = page.locator("#held-groups")
    expect(groups.get_by_role("heading", name="To confirm 2")).to_be_visible()
    expect(groups.get_by_text("10 findings, not counted as new")).to_have_count(2)
    expect_open(page, 0)

    removed = groups.locator(".panel").filter(has_text="Compliance policies")
    removed.get_by_role("button", name="It is true").click()
    expect(groups.get_by_role("heading", name="To confirm 1")).to_be_visible()
    expect(removed).to_have_count(0)
    expect_open(page, 10)
    expect(page.get_by_role("link", name="Dinghy 1")).to_have_count(10)

    groups.get_by_role("button", name="Dismiss").click()
    expect(groups).to_have_count(0)
    expect_open(page, 10)
    expect(page.get_by_role("link", name="Beacon 1")).to_have_count(0)

    quay.look()
    page.reload()
    expect(groups).to_have_count(0)
    expect_open(page, 10)
