"""The product's main job, as an operator does it."""

import re

from playwright.sync_api import expect

from tests.browser.operations import busy_worker, take_snapshots
from tests.browser.signing_in import sign_in

QUIET = 6_000  # ms without a request after the end


def test_an_operator_starts_drift_and_watches_it_to_its_findings(browse, site, witness, make_tenant, member):
    tenant = make_tenant(name="Fabled Harbour Ltd")
    email = member(tenant)
    take_snapshots(tenant)
    page = browse()

    page.goto(f"/t/{tenant.slug}/drift")
    sign_in(page, email)
    brake = site.hold("drift.generate")
    with busy_worker(site, tenant) as release:
        page.get_by_role("button", name="Start drift generation").click()
        page.get_by_role("main").get_by_role("link", name="View run").click()
        run = page.get_by_role("region", name=re.compile(r"^Run \d+$"))
        expect(run.get_by_text("Queued", exact=True).first).to_be_visible()
        witness.forget()
        release()
        expect(run.get_by_text("Running", exact=True).first).to_be_visible()
    with page.expect_response(lambda answer: "/notifications/read/" in answer.url):
        brake.unlink()
        expect(run.get_by_text("Succeeded", exact=True).first).to_be_visible()
    assert witness.loads == 0

    witness.forget()
    page.wait_for_timeout(QUIET)
    assert witness.requests == []

    page.get_by_role("link", name="Drift findings").click()
    expect(page.get_by_role("heading", level=1, name="Findings")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("row")).not_to_have_count(1)
