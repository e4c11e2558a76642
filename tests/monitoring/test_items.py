"""The items on a run's page: five lists, filtered, page by page, all of it in the URL."""

import html as markup
import re

import pytest

from app.core.db import db
from app.core.registry.contract import ReasonCode
from app.core.runs import lifecycle
from app.core.runs.items import Outcome
from app.core.runs.status import RunStatus
from app.core.runs.tally import ItemOutcome, Tally, failure_entry
from tests.support.databases import on_both_databases
from tests.support.records import lease_of, tally

HUB = "/t/fictional/monitoring/operations"


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.fixture
def mixed(make_run):
    """A run of which items stand in each of the five lists."""
    names = ["good", "bad", "denied", "left alone", "lost", "waits"]
    run = make_run(RunStatus.RUNNING, items=names)
    lease = lease_of(run)
    counted = tally(succeeded=["good"], failed=["bad"])
    for item, outcome in [("denied", Outcome.FAILED), ("left alone", Outcome.SKIPPED)]:
        entry = failure_entry("permission_denied", f"No entry to the {item} harbour.", item_id=item)
        counted.add(ItemOutcome(item, outcome, entry))
    lifecycle.record_progress(lease, counted)
    lifecycle.begin_item(lease, Tally(in_flight=["lost"]))
    lifecycle.finish(lease, RunStatus.ABORTED, Tally())
    db.session.commit()
    return run


def shown(html):
    """Names of the items on a page."""
    rows = re.findall(r'<tr id="item-\d+">\s*<th[^>]*>([^<]*)</th>', html)
    return [markup.unescape(name) for name in rows]


def chips(html):
    """List -> how many items it says to have."""
    part = html.partition('aria-label="Lists of items"')[2].partition("</ul>")[0]
    return {
        name: int(number.replace(",", ""))
        for name, number in re.findall(r'([A-Z][a-z]+) <span class="number">([\d,]+)</span>', part)
    }


def following(html):
    found = re.search(r'href="([^"]*after=\d+[^"]*)"', html)
    return markup.unescape(found[1]) if found else None


@on_both_databases
def test_five_lists_say_how_many_they_hold_and_hold_as_many(browser, mixed):
    page = browser.get(f"{HUB}/{mixed.id}").text
    lists = {
        "": ["good", "bad", "denied", "left alone", "lost", "waits"],
        "succeeded": ["good"],
        "failed": ["bad", "denied"],
        "skipped": ["left alone"],
        "unprocessed": ["waits"],
        "unknown": ["lost"],
    }

    assert chips(page) == {group.capitalize() or "All": len(names) for group, names in lists.items()}
    for group, names in lists.items():
        assert shown(browser.get(f"{HUB}/{mixed.id}?outcome={group}").text) == names, group


@on_both_databases
def test_items_are_found_by_a_part_of_their_name_or_reason_and_by_reason_code(browser, mixed):
    def found(**query):
        return shown(browser.get(f"{HUB}/{mixed.id}", query_string=query).text)

    assert found(text="OO") == ["good"]
    assert found(text="harbour") == ["denied", "left alone"]
    assert found(text="left", outcome="failed") == []
    assert found(text="%") == found(reason="no_such_code") == []
    assert found(reason="permission_denied") == ["denied", "left alone"]
    assert found(reason="permission_denied", outcome="failed") == ["denied"]


def test_reasons_are_offered_in_the_words_of_their_plugin(browser, offer, mixed):
    offer(lambda _run: None, reason_codes={"permission_denied": ReasonCode("Not let in")})

    page = browser.get(f"{HUB}/{mixed.id}?reason=permission_denied").text

    offered = re.findall(r'<option value="(\w+)"( selected)?>([^<]+)', page)
    assert offered == [
        ("not_found", "", "Not found"),
        ("outcome_unknown", "", "Outcome unknown"),
        ("permission_denied", " selected", "Not let in"),
    ]


@on_both_databases
def test_each_item_is_on_one_page_and_the_filter_goes_along(browser, make_run, monkeypatch):
    monkeypatch.setattr("app.monitoring.run_pages.ITEMS", 3)
    run = make_run(RunStatus.COMPLETED, succeeded=7, failed=2)

    seen, url = [], f"{HUB}/{run.id}?outcome=succeeded&text=item"
    while url:
        page = browser.get(url).text
        seen += [shown(page)]
        url = following(page)

    assert [len(names) for names in seen] == [3, 3, 1]
    assert [name for names in seen for name in names] == [f"item-{number}" for number in range(1, 8)]
    assert f'href="{HUB}/{run.id}?outcome=succeeded&amp;text=item#run-items"' in page


def test_the_panel_shows_the_items_that_the_page_shows(browser, make_run):
    run = make_run(RunStatus.RUNNING, items=["item-1", "b", "c"], succeeded=1)
    page = browser.get(f"{HUB}/{run.id}?outcome=unprocessed&text=b").text

    address = next(found for found in re.findall(r'hx-get="([^"]*)"', page) if "/panel" in found)
    panel = browser.get(markup.unescape(address)).text

    assert shown(page) == shown(panel) == ["b"]
    assert panel.strip() in page


@pytest.mark.parametrize("path", ["", "/panel", "/items.csv", "/items.json"])
def test_a_malformed_filter_is_named(browser, make_run, path):
    run = make_run(succeeded=1)
    wrong = ["outcome=purple", "after=x", "after=-1", "after=99999999999", "text=a%00b", f"reason={'x' * 81}"]

    for query in wrong:
        name, answer = query.partition("=")[0], browser.get(f"{HUB}/{run.id}{path}?{query}")
        if path.startswith("/items") and name == "after":
            assert answer.status_code == 200, "files have no pages"
        else:
            assert answer.status_code == 400, query
            assert name in answer.text


def test_nothing_is_said_in_two_wordings(browser, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1)

    assert "No failed items" in browser.get(f"{HUB}/{run.id}?outcome=failed").text
    assert "No items match these filters" in browser.get(f"{HUB}/{run.id}?text=z").text
    assert "run-items" not in browser.get(f"{HUB}/{make_run().id}").text


def test_what_stands_in_the_url_is_escaped(browser, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1)
    page = browser.get(f"{HUB}/{run.id}", query_string={"text": '"><script>', "reason": '"><script>'}).text

    assert '"><script>' not in page
