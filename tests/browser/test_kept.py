"""What a person holds is not taken away by an answer to a poll."""

import pytest
from playwright.sync_api import expect

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.core.tenants import tenant_by_id
from tests.support.records import lease_of, tally

NOTE_MUTATIONS = """() => {
  window.touched = [];
  const note = ({type, attributeName, target}) =>
    `${type} ${attributeName} of ${target.nodeName} ${target.id}`;
  const watcher = new MutationObserver((found) => window.touched.push(...found.map(note)));
  watcher.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


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


def test_focus_and_selection_inside_a_polled_part_survive(open_page, running):
    page = open_page()
    link = page.get_by_role("link", name="Count")
    link.focus()

    lifecycle.record_progress(lease_of(running), tally(succeeded=["item-15"]))

    expect(page.get_by_role("table")).to_contain_text("15 of 40")
    expect(link).to_be_focused()


def test_a_half_typed_filter_survives(open_page, running):
    page = open_page()
    page.get_by_label("Type").select_option("greetings.greet")
    page.get_by_label("Started").select_option("custom")
    since = page.get_by_label("From day (UTC)")
    since.fill("2026-10-05")
    since.focus()

    lifecycle.record_progress(lease_of(running), tally(succeeded=["item-15"]))

    expect(page.get_by_role("table")).to_contain_text("15 of 40")
    expect(since).to_have_value("2026-10-05")
    expect(since).to_be_focused()
    expect(page.get_by_label("Type")).to_have_value("greetings.greet")


@pytest.mark.parametrize("part", ["list", "panel"])
def test_an_answer_without_news_touches_nothing(part, open_page, running):
    page = open_page(f"/{running.id}" if part == "panel" else "")
    page.wait_for_load_state("networkidle")
    page.evaluate(NOTE_MUTATIONS)

    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith(f"/{part}")) as heard:
            pass
        assert heard.value.status == 304

    assert page.evaluate("window.touched") == []
