"""The list of operations by single keys."""

import pytest
from playwright.sync_api import expect

from app.core.runs.status import RunStatus
from tests.browser.asking import ask_for_news
from tests.browser.axe import COLOURS, violations
from tests.support.browsing import PASSWORD

NARROW = {"width": 360, "height": 740}
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture
def tenant(make_tenant):
    return make_tenant()


@pytest.fixture
def path(tenant, make_run):
    """The list of three runs, the newest of them failed."""
    for label in ("Sweep the quay", "Count the barrels"):
        make_run(RunStatus.COMPLETED, tenant=tenant, label=label)
    make_run(RunStatus.COMPLETED, tenant=tenant, label="Call the ferry", failed=1)
    return f"/t/{tenant.slug}/monitoring/operations"


@pytest.fixture
def page(browse, tenant, member, path):
    """The list, open."""
    page = browse(member(tenant))
    page.goto(path)
    return page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def row(page, label):
    return page.get_by_role("link", name=label)


def test_keys_alone_lead_from_signing_in_to_why_an_item_failed(browse, tenant, member, path):
    email = member(tenant)
    page = browse()
    page.goto(path)

    address = page.get_by_label("E-mail address")
    for _ in range(10):
        if address.evaluate("field => field === document.activeElement"):
            break
        press(page, "Tab")
    expect(address).to_be_focused()
    page.keyboard.type(email)
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1, name="Operations")).to_be_visible()
    page.wait_for_load_state()
    press(page, "j", "Enter")

    expect(page.get_by_role("heading", level=1, name="Call the ferry")).to_be_visible()
    expect(page.get_by_text("It is not there.").first).to_be_visible()


def test_a_walk_down_the_list_by_keys_and_into_a_run(page, tenant, make_run):
    press(page, "k")
    expect(row(page, "Call the ferry")).to_be_focused()
    press(page, "j", "j", "j", "j")
    expect(row(page, "Sweep the quay")).to_be_focused()
    press(page, "Control+k", "Alt+k", "k")
    expect(row(page, "Count the barrels")).to_be_focused()

    press(page, "/")
    search = page.get_by_label("Search")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    page.keyboard.type("jkr?/")
    expect(search).to_have_value("jkr?/")
    expect(page.get_by_role("dialog")).to_have_count(0)

    search.fill("")
    page.get_by_role("button", name="Filter").focus()
    make_run(tenant=tenant, label="Light the lanterns")
    with page.expect_response(lambda answer: "/operations/list" in answer.url):
        press(page, "r")
    expect(page.get_by_role("link", name="+1 new - show")).to_be_visible()
    with page.expect_navigation():
        press(page, "r")
    expect(row(page, "Light the lanterns")).to_be_visible()

    press(page, "j", "j")
    assert ask_for_news(page) == [304]
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1, name="Call the ferry")).to_be_visible()


def test_the_keys_are_listed_and_can_be_switched_off_in_this_browser(page, witness):
    dialog, choice = page.get_by_role("dialog"), page.get_by_role("checkbox", name="Use these keys")
    press(page, "?")
    expect(dialog).to_contain_text("next run")
    for theme, rules in (("light", None), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        with witness.looking_away():
            assert violations(page, rules) == [], theme
    page.set_viewport_size(NARROW)
    scrolled, visible = page.evaluate(WIDTHS)
    assert scrolled <= visible
    page.evaluate("asked = 0; document.addEventListener('poll', () => { asked += 1; }, true)")
    page.get_by_role("button", name="Close").focus()
    press(page, "j", "r", "Escape")
    expect(dialog).to_have_count(0)
    expect(row(page, "Call the ferry")).not_to_be_focused()
    assert page.evaluate("asked") == 0
    press(page, "r")
    assert page.evaluate("asked") == 1

    page.get_by_role("button", name="Keys").click()
    choice.uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    press(page, "j", "?")
    expect(dialog).to_have_count(0)
    expect(row(page, "Call the ferry")).not_to_be_focused()

    page.get_by_role("button", name="Keys").click()
    expect(choice).not_to_be_checked()
    choice.check()
    press(page, "Escape", "j")
    expect(row(page, "Call the ferry")).to_be_focused()
