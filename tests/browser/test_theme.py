"""Light, dark, or as the system says."""

from playwright.sync_api import expect


def choose(page, theme):
    """Pick from the menu in the bar."""
    menu = page.locator("details").filter(has=page.get_by_text("Theme", exact=True).first)
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    menu.get_by_role("radio", name=theme).check()


def test_a_chosen_theme_survives_reload_and_the_next_page(browse, gallery):
    page = browse("operator@example.com", color_scheme="light")
    page.goto(f"/t/{gallery['full']}/")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")

    choose(page, "Dark")

    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.goto(f"/t/{gallery['full']}/findings")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.locator("summary").filter(has_text="Theme").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()


def test_the_choice_of_the_system_is_followed_until_somebody_chooses(browse, gallery):
    page = browse("operator@example.com", color_scheme="light")
    page.goto(f"/t/{gallery['full']}/")
    html = page.locator("html")

    page.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    choose(page, "Light")
    expect(html).to_have_attribute("data-bs-theme", "light")
    choose(page, "As the system")
    expect(html).to_have_attribute("data-bs-theme", "dark")


def test_the_first_paint_is_in_the_right_theme(browse):
    page = browse(color_scheme="dark")
    page.add_init_script(
        """new MutationObserver(() => {
          if (document.body) window.themeAtBody ??= document.documentElement.dataset.bsTheme;
        }).observe(document, {childList: true, subtree: true});"""
    )

    page.goto("/sign-in")

    assert page.evaluate("window.themeAtBody") == "dark"


def test_nothing_turns_for_whoever_wants_less_motion(browse, gallery):
    page = browse("operator@example.com", reduced_motion="no-preference")
    page.goto(f"/t/{gallery['full']}/monitoring/operations/{gallery['running']}")
    turning = page.locator(".icon--turning").first
    animation = "icon => getComputedStyle(icon).animationName"
    assert turning.evaluate(animation) != "none"

    page.emulate_media(reduced_motion="reduce")

    assert turning.evaluate(animation) == "none"
