"""New runs announce themselves; the rows that somebody looks at stay where they are."""

import re
from html import unescape

import pytest

from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from tests.support.asking import asking
from tests.support.databases import on_both_databases
from tests.support.records import LEASE_SECONDS

HUB = "/t/fictional/monitoring/operations"


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.fixture
def watch(browser):
    """Open a list and ask for it again and again, as its page does: `ask = watch("?bucket=failed")`."""

    def open_list(query=""):
        shown = [browser.get(HUB + query).text]

        def ask():
            shown.append(browser.get(polled(shown[-1])).text)
            return rows_of(shown[-1]), news_of(shown[-1])

        return ask

    return open_list


def polled(html):
    """Where a list asks for news."""
    return unescape(re.search(r'<section id="operations"[^>]* hx-get="([^"]+)"', html)[1])


def rows_of(html):
    return [int(number) for number in re.findall(r'id="run-row-(\d+)"', html)]


def news_of(html):
    found = re.search(r'<a class="news__link" href="([^"]+)">(.*?)</a>', html)
    return found and (found[2], unescape(found[1]))


@on_both_databases
def test_new_runs_are_counted_and_change_no_row(watch, make_run, browser):
    first = make_run(RunStatus.COMPLETED)
    ask = watch()
    assert ask() == ([first.id], None)

    news = [make_run().id for _ in range(3)]

    assert ask() == ([first.id], ("+3 new - show", HUB))
    assert rows_of(browser.get(HUB).text) == [*reversed(news), first.id]
    assert news_of(browser.get(HUB).text) is None


def test_only_news_that_match_the_filter_are_announced_and_the_link_keeps_it(watch, make_run):
    first = make_run(RunStatus.FAILED, label="Call the ferry")
    ask = watch("?q=ferry&bucket=failed")

    make_run(RunStatus.FAILED)
    make_run(RunStatus.COMPLETED, label="Call the ferry")
    assert ask() == ([first.id], None)

    make_run(RunStatus.FAILED, label="Call the ferry")
    assert ask() == ([first.id], ("+1 new - show", f"{HUB}?q=ferry&bucket=failed"))


def test_what_is_shown_goes_on_to_change(watch, make_run):
    run = make_run()
    ask = watch()
    make_run()

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)

    assert ask() == ([run.id], ("+1 new - show", HUB))


def test_a_list_without_rows_shows_the_first_one_at_once(watch, make_run):
    ask = watch()
    assert ask() == ([], None)

    run = make_run()

    assert ask() == ([run.id], None)


def test_a_list_whose_last_row_has_left_shows_what_is_new_at_once(watch, make_run):
    run = make_run()
    ask = watch("?bucket=queued")
    other = make_run()
    assert ask() == ([run.id], ("+1 new - show", f"{HUB}?bucket=queued"))

    lifecycle.claim(run.id, "worker-1", LEASE_SECONDS)

    assert ask() == ([other.id], None)


def test_a_page_further_counts_no_news_but_the_chips_do(watch, make_run, browser, monkeypatch):
    monkeypatch.setattr("app.monitoring.shown_page.PAGE", 2)
    runs = [make_run(RunStatus.COMPLETED) for _ in range(5)]
    older = re.search(r'href="([^"]*before=[^"]*)"', browser.get(HUB).text)[1]
    ask = watch(unescape(older).removeprefix(HUB))

    make_run()
    with asking() as asked:
        rows, news = ask()

    assert (rows, news) == ([runs[2].id, runs[1].id], None)
    assert not [one for one in asked if "bulk_operation_runs.id) >" in one.statement]


def test_more_news_than_are_counted_are_said_to_be_more(watch, make_run, monkeypatch):
    monkeypatch.setattr("app.monitoring.list_pages.NEWS", 2)
    make_run()
    ask = watch()
    make_run()
    make_run()

    assert ask()[1] == ("+2 or more new - show", HUB)


def test_news_are_news_once(watch, make_run, browser):
    make_run(RunStatus.COMPLETED)
    url = polled(browser.get(HUB).text)
    before = browser.get(url).headers["HX-PTag"]
    assert browser.get(url, headers={"HX-PTag": before}).status_code == 304

    make_run(RunStatus.COMPLETED)

    answer = browser.get(url, headers={"HX-PTag": before})
    assert answer.status_code == 200
    assert browser.get(url, headers={"HX-PTag": answer.headers["HX-PTag"]}).status_code == 304
