"""The way out, also from a page that is polling."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.core.db import db
from app.core.users import User
from tests.browser.signing_in import sign_in


@pytest.fixture
def guest(make_user):
    """Adds a user of this test alone, whose sessions may be ended: `guest(tenant)`."""
    return lambda tenant: make_user(tenant=tenant, email=f"guest-of-{tenant.slug}@example.com").email


def end_sessions(email):
    """What an administrator does when a laptop is lost."""
    db.session.execute(update(User).where(User.email == email).values(session_epoch=User.session_epoch + 1))
    db.session.commit()


@pytest.mark.parametrize("page_of", ["", "/{run}"], ids=["list", "run"])
def test_a_page_whose_session_has_ended_goes_to_sign_in_by_itself_and_back(
    page_of, browse, witness, make_tenant, guest, make_run
):
    tenant = make_tenant()
    email, run = guest(tenant), make_run(tenant=tenant)
    path = f"/t/{tenant.slug}/monitoring/operations{page_of.format(run=run.id)}"
    page = browse(email)
    page.goto(path)
    witness.expect("status of 401")

    end_sessions(email)

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("link", name="Notifications")).to_have_count(0)
    sign_in(page, email)
    page.wait_for_url(f"**{path}")


def test_signing_out_ends_the_session_in_every_tab(browse, witness, make_tenant, guest, make_run):
    tenant = make_tenant()
    email = guest(tenant)
    run = make_run(tenant=tenant)
    page = browse(email)
    page.goto(f"/t/{tenant.slug}/monitoring/operations/{run.id}")
    other = page.context.new_page()
    other.goto(f"/t/{tenant.slug}/")
    witness.expect("status of 401")

    other.locator("summary").filter(has_text="Account").click()
    other.get_by_role("button", name="Sign out").click()

    for tab in (other, page):
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
    other.goto(f"/t/{tenant.slug}/monitoring/operations/{run.id}")
    expect(other).to_have_url(re.compile("/sign-in"))


def test_a_wrong_password_is_said_and_the_address_is_kept(browse, witness, make_tenant, guest):
    email = guest(make_tenant())
    witness.expect("status of 401")
    page = browse()
    page.goto("/sign-in")

    sign_in(page, email, "not this one at all")

    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("E-mail address")).to_have_value(email)
    expect(page.get_by_label("Password")).to_have_value("")
