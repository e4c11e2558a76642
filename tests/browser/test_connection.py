"""What a page says while its server does not answer."""

import pytest
from playwright.sync_api import expect

from app.core.runs import lifecycle
from tests.support.records import LEASE_SECONDS

TROUBLE = {
    "answers with an error": (lambda route: route.fulfill(status=503, body="busy"), "trouble answering"),
    "cannot be reached": (lambda route: route.abort("connectionrefused"), "Connection lost"),
}


@pytest.mark.parametrize("kind", TROUBLE)
def test_trouble_is_said_swaps_nothing_and_is_taken_back_with_the_next_answer(
    kind, browse, witness, make_tenant, member, make_run
):
    answer, words = TROUBLE[kind]
    tenant = make_tenant()
    run = make_run(tenant=tenant)
    page = browse(member(tenant))
    page.goto(f"/t/{tenant.slug}/monitoring/operations/{run.id}")
    witness.expect("Failed to load resource")
    witness.expect("htmx")
    main = page.get_by_role("main")

    page.route("**/panel", answer)
    expect(page.get_by_text(words)).to_be_visible()
    expect(main.get_by_text("Queued", exact=True).first).to_be_visible()
    expect(main).not_to_contain_text("busy")

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)
    page.unroute("**/panel")
    expect(main.get_by_text("Running", exact=True).first).to_be_visible()
    expect(page.get_by_text(words)).to_have_count(0)
