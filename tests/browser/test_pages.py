"""Every page, in both themes and on a narrow screen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import COLOURS, violations
from tests.browser.gallery import PAGES

NARROW = {"width": 360, "height": 740}
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"

# Forms that are sent without anything filled in: (status of the answer, button).
REFUSALS = {
    "sign-in": (401, "Sign in"),
    "generated form": (422, "Start"),
    "new sync": (422, "Start sync"),
    "new backup set": (422, "Create"),
    "new channel": (422, "Save"),
    "new saved view": (422, "Save"),
    "add policies": (422, "Add selected"),
    "finding removed": (422, "Acknowledge"),
}


@pytest.fixture
def visit(browse, gallery, witness):
    """Open a page of `PAGES` by name; it must answer as its name says."""

    def open_page(name, **options):
        who, path = PAGES[name]
        error = re.match(r"error (\d+)", name)
        status = int(error[1]) if error else 200
        if error:
            witness.expect(f"status of {status}")
        page = browse(who, **options)
        assert page.goto(path.format(**gallery)).status == status
        return page

    return open_page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_in_light_in_dark_and_at_360_pixels(name, visit, witness):
    page = visit(name, color_scheme="light")

    for theme, rules in (("light", None), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        with witness.looking_away():
            assert violations(page, rules) == [], theme
    page.set_viewport_size(NARROW)
    scrolled, visible = page.evaluate(WIDTHS)
    assert scrolled <= visible <= NARROW["width"]
    assert witness.troubles == []


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_form_gives_axe_nothing_to_say(name, visit, witness):
    status, button = REFUSALS[name]
    witness.expect(f"status of {status}")
    page = visit(name, color_scheme="dark")
    page.locator("form").evaluate_all("forms => forms.forEach((form) => { form.noValidate = true; })")

    page.get_by_role("main").get_by_role("button", name=button).click()

    expect(page.get_by_role("alert")).to_be_visible()
    with witness.looking_away():
        assert violations(page) == []


def test_axe_would_say_something(visit):
    page = visit("sign-in")
    assert violations(page) == []

    page.get_by_role("button", name="Sign in").evaluate("button => button.replaceChildren()")

    assert [found.split()[0] for found in violations(page)] == ["button-name"]


def test_a_wide_part_would_be_noticed(visit):
    page = visit("sign-in", viewport=NARROW)

    page.get_by_role("main").evaluate("main => main.append('wide'.repeat(200))")

    scrolled, visible = page.evaluate(WIDTHS)
    assert scrolled > visible
