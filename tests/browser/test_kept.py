"""What a person holds is not taken away by an answer to a poll."""

import re

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


ITEMS = [f"item-{number}" for number in range(1, 41)]


@pytest.fixture
def running(make_tenant, make_run):
    """A running run with fourteen of forty items done."""
    return make_run(RunStatus.RUNNING, tenant=make_tenant(), label="Count", items=ITEMS, succeeded=14)


@pytest.fixture
def open_page(browse, member, running):
    """Open a page of a run's tenant as an operator, by a clock that is so many seconds ahead."""

    def opened(path="", run=running, clock_ahead=0):
        tenant = tenant_by_id(run.tenant_id)
        page = browse(member(tenant))
        page.add_init_script(f"{{ const now = Date.now; Date.now = () => now() + {clock_ahead} * 1000; }}")
        page.goto(f"/t/{tenant.slug}/monitoring/operations{path}")
        return page

    return opened


def test_opened_and_closed_details_stay_as_they_were(open_page, make_tenant, make_run):
    run = make_run(RunStatus.RUNNING, tenant=make_tenant(), items=ITEMS, failed=9)
    page = open_page(f"/{run.id}", run)
    sample, menu = page.locator("#sample-not_found"), page.locator("#user-menu")
    assert sample.get_attribute("open") is None
    sample.locator("summary").click()
    menu.locator("summary").click()

    lifecycle.record_progress(lease_of(run), tally(failed=["item-10"]))

    expect(sample).to_contain_text("item-10")
    assert sample.get_attribute("open") is not None
    assert menu.get_attribute("open") is not None


def test_what_is_typed_over_a_runs_items_survives_until_every_part_shows_the_end(open_page, running):
    page = open_page(f"/{running.id}?outcome=unprocessed&text=item-4")
    text, rows = page.get_by_label("Item or reason contains"), page.locator("#items-table tbody tr")
    expect(rows).to_have_count(1)
    text.fill("half typ")
    text.focus()
    text.evaluate("field => field.setSelectionRange(2, 5)")
    page.evaluate("window.held = document.getElementById('filter-text')")

    lifecycle.record_progress(lease_of(running), tally(failed=["item-15"]))
    expect(page.locator("#run-failures")).to_contain_text("Not found")
    expect(page.get_by_label("Reason", exact=True)).to_be_visible()
    lifecycle.finish(lease_of(running), RunStatus.ABORTED, tally(succeeded=["item-40"]))

    expect(page.locator("[data-poll][data-bucket]")).to_have_count(0)
    for part, words in [
        (".run-said", "Stopped on request: 15 of 40 succeeded, 1 failed (1 x not_found), 24 not processed."),
        ("#run-timeline", "Stopped"),
        ("#run-facts", "Duration"),
        ("[aria-label='Lists of items']", "Unprocessed 24"),
        ("#run-items", "No items match these filters"),
    ]:
        expect(page.locator(part)).to_contain_text(words)
    expect(text).to_have_value("half typ")
    expect(text).to_be_focused()
    assert page.evaluate("[held.isConnected, held.selectionStart, held.selectionEnd]") == [True, 2, 5]


def test_a_correlation_id_is_copied_and_its_age_is_told_by_the_servers_clock(open_page, running):
    page = open_page(f"/{running.id}", clock_ahead=7200)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy the correlation id").click()

    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == running.correlation_id
    assert page.evaluate("Date.now() / 1000") > running.created_at.timestamp() + 7000
    expect(page.locator("#run-facts")).to_contain_text(re.compile(r"Last activity\s*just now"))


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
