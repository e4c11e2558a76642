"""Who is offered what."""

import pytest
from playwright.sync_api import expect

from app.core.users import Role, find_user, set_membership
from tests.browser.gallery import OPERATOR, PAGES, READONLY

OFFERS = {
    "tenant": "Start an operation",
    "operations": "Start an operation",
    "no operations": "Start an operation",
    "inventory": "New sync",
    "no inventory": "New sync",
    "drift": "Start drift generation",
    "drift without syncs": "New sync",
    "findings": "Compare two syncs",
    "no findings": "Compare two syncs",
    "backup sets": "New backup set",
    "no backup sets": "New backup set",
    "empty backup set": "Add policies",
}


@pytest.mark.parametrize("name", OFFERS)
def test_who_may_only_see_is_offered_nothing_to_start(name, browse, gallery):
    offers = {}
    for viewer in (OPERATOR, READONLY):
        page = browse(viewer)
        page.goto(PAGES[name][1].format(**gallery))
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
        offers[viewer] = [page.get_by_role(role, name=OFFERS[name]).count() for role in ("link", "button")]

    assert any(offers[OPERATOR])
    assert not any(offers[READONLY])


@pytest.mark.parametrize("path", ["start", "start/greetings.greet", "inventory/new", "backup-sets/new"])
def test_an_address_to_start_from_is_refused_all_the_same(path, browse, gallery, witness):
    witness.expect("status of 403")
    page = browse(READONLY)

    answer = page.goto(f"/t/{gallery['full']}/{path}")

    assert answer.status == 403
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()


def test_a_form_that_was_opened_before_the_role_was_lost_starts_nothing(
    browse, make_tenant, member, witness, app
):
    tenant = make_tenant()
    page = browse(member(tenant))
    page.goto(f"/t/{tenant.slug}/start/greetings.greet")
    page.get_by_label("People").fill("Ada")
    set_membership(find_user(OPERATOR), tenant, Role.READONLY)
    witness.expect("status of 403")

    page.get_by_role("button", name="Start").click()

    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    page.goto(f"/t/{tenant.slug}/monitoring/operations")
    expect(page.get_by_role("link", name="All 0")).to_be_visible()


def test_a_run_of_another_tenant_looks_like_one_that_does_not_exist(
    browse, gallery, make_tenant, make_run, witness
):
    elsewhere = make_tenant()
    run = make_run(tenant=elsewhere, label="Somebody else's secret")
    witness.expect("status of 403")
    page = browse(OPERATOR)
    pages = []

    for path in (
        f"/t/{elsewhere.slug}/monitoring/operations/{run.id}",
        f"/t/{gallery['full']}/monitoring/operations/{run.id}",
        f"/t/{gallery['full']}/monitoring/operations/4000000",
    ):
        assert page.goto(path).status == 403
        pages.append(page.get_by_role("main").inner_text())

    assert len(set(pages)) == 1
    assert "secret" not in page.content()
