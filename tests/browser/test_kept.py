"""What a person holds is not taken away by an answer to a poll."""

import pytest
from playwright.sync_api import expect

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.tenants import tenant_by_id
from tests.browser.asking import ask_for_news
from tests.support.records import lease_of, tally

NOTE_MUTATIONS = """() => {
  window.touched = [];
  const note = ({type, attributeName, target}) =>
    `${type} ${attributeName} of ${target.nodeName} ${target.id}`;
  const watcher = new MutationObserver((found) => window.touched.push(...found.map(note)));
  watcher.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
}"""

HELD = """() => ({
  focus: document.activeElement.id,
  selection: [document.activeElement.selectionStart, document.activeElement.selectionEnd],
  scroll: scrollY,
})"""
SELECT_LABEL = "getSelection().selectAllChildren(document.activeElement)"


@pytest.fixture
def running(make_tenant, make_run):
    """A running run with one of forty items done."""
    items = [f"item-{number}" for number in range(1, 41)]
    return make_run(RunStatus.RUNNING, tenant=make_tenant(), label="Count", items=items, succeeded=14)


@pytest.fixture
def open_page(browse, member, running):
    """Open a page of the run's tenant as an operator."""

    def opened(path=""):
        tenant = tenant_by_id(running.tenant_id)
        page = browse(member(tenant))
        page.goto(f"/t/{tenant.slug}/monitoring/operations{path}")
        return page

    return opened


def test_opened_and_closed_details_stay_as_they_were(open_page, running):
    page = open_page(f"/{running.id}")
    items, menu = page.locator("#run-outcomes"), page.locator("#user-menu")
    assert items.get_attribute("open") is None
    items.locator("summary").click()
    menu.locator("summary").click()

    lifecycle.record_progress(lease_of(running), tally(succeeded=["item-15"]))

    expect(items).to_contain_text("item-15")
    assert items.get_attribute("open") is not None
    assert menu.get_attribute("open") is not None


def test_what_a_person_holds_on_the_list_survives_ten_polls(open_page, running, make_run):
    tenant = tenant_by_id(running.tenant_id)
    for number in range(12):
        make_run(RunStatus.COMPLETED, tenant=tenant, label=f"Sweep pier {number}")
    page = open_page()
    page.set_viewport_size({"width": 900, "height": 500})
    menu, since = page.locator("#user-menu"), page.get_by_label("From day (UTC)")
    search = page.get_by_label("Search")
    menu.locator("summary").click()
    page.get_by_label("Type").select_option("greetings.greet")
    page.get_by_label("Started").select_option("custom")
    since.fill("2026-10-05")
    search.fill("half a wo")
    search.evaluate("field => field.setSelectionRange(2, 6)")
    page.evaluate("scrollTo({top: 240, behavior: 'instant'})")
    page.evaluate(NOTE_MUTATIONS)
    held = page.evaluate(HELD)
    assert (held["scroll"], held["selection"], held["focus"]) == (240, [2, 6], "filter-q")

    assert ask_for_news(page, 9) == [304] * 9
    assert page.evaluate("window.touched") == []
    lifecycle.record_progress(lease_of(running), tally(succeeded=["item-15"]))
    assert ask_for_news(page) == [200]

    expect(page.get_by_role("table")).to_contain_text("15 of 40")
    assert page.evaluate(HELD) == held
    assert menu.get_attribute("open") is not None
    expect(search).to_have_value("half a wo")
    expect(since).to_have_value("2026-10-05")
    expect(page.get_by_label("Type")).to_have_value("greetings.greet")

    link = page.get_by_role("link", name="Count")
    link.focus()
    page.evaluate(SELECT_LABEL)
    lifecycle.record_progress(lease_of(running), tally(succeeded=["item-16"]))
    assert ask_for_news(page) == [200]
    expect(page.get_by_role("table")).to_contain_text("16 of 40")
    expect(link).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "Count"


def test_an_answer_without_news_touches_nothing(open_page, running):
    page = open_page(f"/{running.id}")
    page.wait_for_load_state("networkidle")
    page.evaluate(NOTE_MUTATIONS)

    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith("/panel")) as heard:
            pass
        assert heard.value.status == 304

    assert page.evaluate("window.touched") == []
