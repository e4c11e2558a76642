"""The list of findings by single keys."""

import pytest
from playwright.sync_api import expect

from tests.browser.gallery import OPERATOR


@pytest.fixture
def page(browse, gallery):
    """The list of findings, open."""
    page = browse(OPERATOR)
    page.goto(f"/t/{gallery['full']}/findings?group=type")
    return page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    return page.evaluate("document.activeElement.closest('tr')?.querySelector('[data-row]')?.textContent")


def test_a_walk_down_the_findings_and_into_one(page):
    names = page.locator("[data-rows] [data-row]").all_text_contents()
    assert len(names) > 3

    press(page, "j", "j", "k", "j", "j")
    assert focused(page) == names[2]

    press(page, "/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("jkxa?")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("jkxa?")

    page.get_by_role("button", name="Filter").focus()
    press(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("select the finding")
    press(page, "Escape", "j", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(names[0])


def test_what_is_selected_by_x_is_acknowledged_from_where_a_leads(page):
    rows = page.locator("[data-rows] tr:has(input[type=checkbox])")
    boxes = rows.locator("input[type=checkbox]")

    press(page, "x")
    for place, keys in ((0, "x"), (1, "xx"), (2, "x")):
        rows.nth(place).locator("[data-row]").focus()
        press(page, *keys)
    expect(boxes.nth(0)).to_be_checked()
    expect(boxes.nth(1)).not_to_be_checked()
    expect(boxes.nth(2)).to_be_checked()

    press(page, "a")
    reason = page.get_by_label("Reason")
    expect(reason).to_be_focused()
    page.keyboard.type("exact")
    expect(reason).to_have_value("exact")
    expect(page.get_by_role("button", name="Acknowledge selected")).to_be_visible()
    expect(boxes.nth(0)).to_be_checked()


def test_the_summary_stays_in_sight(page):
    page.set_viewport_size({"width": 900, "height": 500})
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    expect(page.locator("#summary")).to_be_in_viewport()
