"""A tab that nobody sees."""

from playwright.sync_api import expect

from app.core.runs import lifecycle
from tests.browser.asking import VISIBILITY
from tests.support.records import LEASE_SECONDS

SILENCE = 5_000  # ms: two polls would be due


def test_a_hidden_tab_sends_nothing_and_refreshes_as_soon_as_it_is_seen(
    browse, witness, make_tenant, member, make_run
):
    tenant = make_tenant()
    run = make_run(tenant=tenant)
    page = browse(member(tenant))
    page.goto(f"/t/{tenant.slug}/monitoring/operations/{run.id}")
    page.wait_for_load_state("networkidle")

    page.evaluate(VISIBILITY, "hidden")
    witness.forget()
    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    page.wait_for_timeout(SILENCE)
    assert witness.requests == []

    with page.expect_request(lambda request: request.url.endswith("/panel"), timeout=1_000):
        page.evaluate(VISIBILITY, "visible")
    expect(page.get_by_role("main").get_by_text("Running", exact=True).first).to_be_visible()
