"""The hub: lists and single runs, live until final, read from rows alone."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.registry.catalog import EXTENSION
from app.core.runs import lifecycle
from app.core.runs.models import BulkOperationRun
from app.core.runs.position import position_of
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.asking import asking
from tests.support.databases import on_both_databases
from tests.support.records import lease_of, tally
from tests.support.registered import register

HUB = "/t/fictional/monitoring/operations"


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


def rows_of(html):
    return [int(number) for number in re.findall(r'id="run-row-(\d+)"', html)]


@on_both_databases
def test_the_list_shows_the_newest_first(browser, make_run):
    now = datetime.now(UTC)
    runs = [make_run(RunStatus.COMPLETED, created_at=now - timedelta(hours=hour)) for hour in (3, 1, 2)]

    assert rows_of(browser.get(HUB).text) == [runs[1].id, runs[2].id, runs[0].id]


@on_both_databases
def test_the_list_is_filtered_by_what_stands_in_the_url(browser, make_run, operator):
    old = datetime.now(UTC) - timedelta(days=60)
    failed = make_run(RunStatus.FAILED, user=operator, label="Count the barrels")
    partial = make_run(RunStatus.COMPLETED, succeeded=1, failed=1)
    other = make_run(RunStatus.COMPLETED, run_type="other.thing")
    ancient = make_run(RunStatus.COMPLETED, created_at=old)

    def shown(query):
        return set(rows_of(browser.get(f"{HUB}?{query}").text))

    assert shown("") == {failed.id, partial.id, other.id}
    assert shown("bucket=failed") == {failed.id}
    assert shown("bucket=partially_succeeded") == {partial.id}
    assert shown("type=other.thing") == {other.id}
    assert shown("range=all") == {failed.id, partial.id, other.id, ancient.id}
    assert shown(f"until={old:%Y-%m-%d}") == {ancient.id}
    assert shown("bucket=running") == set()
    assert shown("initiator=system") == {partial.id, other.id}
    assert shown("q=BARREL") == {failed.id}
    assert shown(f"q=%23{other.id}") == {other.id}


def test_a_row_says_the_same_bucket_as_the_page_of_the_run(browser, make_run):
    runs = [make_run(status, succeeded=n, failed=1 - n) for status in RunStatus for n in (0, 1)]
    listing = browser.get(HUB).text

    for run in runs:
        page = browser.get(f"{HUB}/{run.id}").text
        bucket = re.search(rf'id="run-row-{run.id}" data-bucket="(\w+)"', listing)[1]
        assert f'data-bucket="{bucket}"' in page
        assert bucket == run.bucket


@pytest.mark.parametrize("page", ["", "/list"])
@pytest.mark.parametrize(
    "query",
    ["bucket=done", "range=yesterday", "since=31.12.2026", "until=9999-12-31", "before=x,1", "up_to=x,1"],
)
def test_a_malformed_filter_is_named_and_nothing_breaks(browser, page, query):
    answer = browser.get(f"{HUB}{page}?{query}")

    name, _, value = query.partition("=")
    assert answer.status_code == 400
    assert name in answer.text
    assert value in answer.text


def test_what_stands_in_the_url_is_escaped(browser):
    answer = browser.get(f"{HUB}?type=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@on_both_databases
def test_a_text_that_no_run_can_have_is_named(browser):
    for name in ("q", "type", "initiator"):
        for text in ("a%00b", "x" * 300):
            answer = browser.get(f"{HUB}?{name}={text}")

            assert answer.status_code == 400
            assert f"{name}: &#39;{text[0]}" in answer.text


@pytest.mark.parametrize("query", ["type=no_such.thing", "initiator=nobody@example.com", "q=%25"])
def test_what_no_run_has_matches_nothing_says_so_and_stays_chosen(browser, make_run, query):
    make_run()

    page = browser.get(f"{HUB}?{query}").text

    assert "No runs match these filters" in page
    assert f'value="{unquote(query.partition("=")[2])}"' in page


def test_a_tenant_without_runs_is_told_what_to_do(browser):
    assert "No runs yet" in browser.get(HUB).text


@on_both_databases
def test_pages_lead_down_and_up_again_and_show_no_run_twice(browser, make_run, monkeypatch):
    monkeypatch.setattr("app.monitoring.shown_page.PAGE", 3)
    same_moment = datetime.now(UTC) - timedelta(hours=1)
    runs = [make_run(RunStatus.COMPLETED, created_at=same_moment) for _ in range(8)]
    make_run(RunStatus.FAILED)
    newest_first = [run.id for run in reversed(runs)]
    pages = [newest_first[:3], newest_first[3:6], newest_first[6:]]

    down = walk(browser, f"{HUB}?bucket=succeeded", "Older")
    assert [rows_of(page) for page in down] == pages
    up = walk(browser, link(down[-1], "Newer"), "Newer", first=down[-1])
    assert [rows_of(page) for page in up] == pages[::-1]
    assert [link(page, "Newest") is None for page in down] == [True, False, False]
    assert rows_of(browser.get(link(down[-1], "Newest")).text) == pages[0]


def test_where_newer_runs_do_not_fill_a_page_the_newest_page_is_shown_and_says_news(
    browser, make_run, monkeypatch
):
    monkeypatch.setattr("app.monitoring.shown_page.PAGE", 3)
    runs = [make_run(RunStatus.COMPLETED) for _ in range(5)]
    newest_first = [run.id for run in reversed(runs)]
    older = browser.get(link(browser.get(HUB).text, "Older")).text
    assert rows_of(older) == newest_first[3:]

    page = browser.get(link(older, "Newer")).text
    assert rows_of(page) == newest_first[:3]
    make_run()
    assert "+1 new - show" in browser.get(panel_url(page)).text


def test_a_page_without_runs_any_more_leads_back(browser, make_run):
    run = make_run(RunStatus.COMPLETED)

    page = browser.get(f"{HUB}?before={position_of(run.created_at, run.id)}".replace("+", "%2B")).text

    assert "No older runs match" in page
    assert f'href="{HUB}"' in page


def walk(browser, url, step, first=None):
    """Page after page, by the link of that name, until there is none."""
    pages = [first] if first else []
    while url:
        pages.append(browser.get(url).text)
        url = link(pages[-1], step)
    return pages


def link(html, name):
    found = re.search(rf'href="([^"]+)"><svg[^>]*><use[^>]*></use></svg>{name}<', html)
    return found and unescape(found[1])


def panel_url(html):
    """Where the list of a page asks for news."""
    return unescape(re.search(r'<section id="operations"[^>]* hx-get="([^"]+)"', html)[1])


@pytest.mark.parametrize(
    ("status", "age", "pace"),
    [
        (RunStatus.RUNNING, 3600, 2),
        (RunStatus.PENDING, 5, 2),
        (RunStatus.PENDING, 65, 10),
        (RunStatus.COMPLETED, 5, 10),
    ],
)
def test_the_server_chooses_how_often_the_list_asks(browser, make_run, status, age, pace):
    register()
    make_run(status, created_at=datetime.now(UTC) - timedelta(seconds=age))

    assert f'data-poll="{pace}"' in browser.get(HUB).text
    assert f'data-poll="{pace}"' in browser.get(f"{HUB}/list").text


def test_the_polled_list_is_the_same_markup_as_the_page(browser, make_run):
    make_run(RunStatus.RUNNING, items=["a"])

    assert browser.get(f"{HUB}/list").text.strip() in browser.get(HUB).text


def test_the_polled_panel_is_the_same_markup_as_the_page(browser, make_run):
    run = make_run(RunStatus.RUNNING, items=["a"])

    assert browser.get(f"{HUB}/{run.id}/panel").text.strip() in browser.get(f"{HUB}/{run.id}").text


def test_the_panel_polls_while_the_run_is_active_and_not_when_it_is_final(browser, make_run):
    run = make_run(RunStatus.RUNNING, items=["a"])
    assert 'data-poll="2"' in browser.get(f"{HUB}/{run.id}/panel").text

    lifecycle.finish(lease_of(run), RunStatus.COMPLETED, tally(succeeded=["a"]))

    panel = browser.get(f"{HUB}/{run.id}/panel").text
    assert "hx-get" not in panel
    assert "data-poll" not in panel
    assert "Succeeded: 1 of 1 succeeded." in panel


@pytest.mark.parametrize("page", ["/list", "/{run}/panel"])
def test_a_poll_without_news_is_answered_by_nothing(browser, make_run, page):
    run = make_run(RunStatus.RUNNING, items=["a", "b"])
    url = HUB + page.format(run=run.id)
    ptag = browser.get(url).headers["HX-PTag"]

    again = browser.get(url, headers={"HX-Request": "true", "HX-PTag": ptag})
    assert (again.status_code, again.data) == (304, b"")

    lifecycle.record_progress(lease_of(run), tally(succeeded=["a"]))
    news = browser.get(url, headers={"HX-Request": "true", "HX-PTag": ptag})
    assert news.status_code == 200
    assert news.headers["HX-PTag"] != ptag


@pytest.mark.parametrize("page", ["/list", "/{run}/panel"])
def test_a_fragment_is_kept_by_no_cache(browser, make_run, page):
    headers = browser.get(HUB + page.format(run=make_run().id)).headers

    assert headers["Cache-Control"] == "no-store"
    assert "HX-Request" in headers["Vary"]


@pytest.mark.parametrize("url", ["/t/fictional/probe/17", "/t/fictional/probe?a=1#b", "/", "/x//"])
def test_a_link_is_a_text_where_no_page_is_at_its_address(browser, make_run, url):
    links = [{"label": "Probe report", "url": url}, {"label": "Snapshot", "url": "/t/fictional/inventory"}]
    run = make_run(RunStatus.COMPLETED, succeeded=1, related_links=links)

    page = browser.get(f"{HUB}/{run.id}").text

    is_gone = url != "/"
    assert ("Probe report <span" in page) == is_gone
    assert page.count("its plugin is not loaded") == int(is_gone)
    assert 'href="/t/fictional/inventory"' in page


def test_a_run_shows_its_failures_links_and_facts(browser, make_run):
    run = make_run(
        RunStatus.COMPLETED,
        succeeded=2,
        failed=1,
        reports=[("odd_file", "A <b>file</b> was odd.")],
        related_links=[{"label": "Probe report", "url": "/t/fictional/inventory?sync=17"}],
        summary={"seen": 3, "notes": ["Two things were left out."]},
        shown_inputs={"source": "a folder"},
    )

    page = browser.get(f"{HUB}/{run.id}").text

    assert 'href="/t/fictional/inventory?sync=17"' in page
    assert "Probe report" in page
    assert "not_found" in page
    assert "A &lt;b&gt;file&lt;/b&gt; was odd." in page
    assert "Two things were left out." in page
    assert "a folder" in page
    assert run.correlation_id in page


def test_a_sample_of_failures_says_that_it_is_one(browser, make_run):
    run = make_run(RunStatus.COMPLETED, failed=60)

    page = browser.get(f"{HUB}/{run.id}").text

    assert "50 of 60 kept as a sample; the count is complete." in page


def test_a_run_whose_plugin_is_gone_is_still_shown(app, browser, make_run):
    run = make_run(RunStatus.COMPLETED, run_type="removed.thing", plugin="removed", label="Once upon a time")
    app.extensions[EXTENSION].plugins.clear()
    app.extensions[EXTENSION].operations.clear()

    assert "Once upon a time" in browser.get(f"{HUB}/{run.id}").text
    listing = browser.get(f"{HUB}?type=removed.thing").text
    assert rows_of(listing) == [run.id]


def test_the_chosen_chip_is_marked_for_who_cannot_see_it(browser):
    marked = re.findall(
        r'<a class="chip[^>]* aria-current="true">.*?</svg>(\w+) ', browser.get(f"{HUB}?bucket=failed").text
    )

    assert marked == ["Failed"]


def test_the_hub_offers_no_way_to_change_a_run(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("monitoring")]

    assert len(rules) == 6
    assert {method for rule in rules for method in rule.methods} == {"GET", "HEAD", "OPTIONS"}


def test_a_poll_never_renews_the_session(browser, make_run):
    run = make_run(RunStatus.RUNNING)

    assert "Set-Cookie" not in browser.get(f"{HUB}/{run.id}/panel", headers={"HX-Request": "true"}).headers


def test_the_list_reads_no_json_column(app, browser, make_run):
    make_run(RunStatus.COMPLETED, failed=60)
    with asking() as asked:
        browser.get(HUB)

    of_runs = [one.statement for one in asked if "bulk_operation_runs" in one.statement]
    assert of_runs
    assert not [s for s in of_runs if "failures" in s or "item_ids" in s or "params" in s]


def test_no_run_of_another_tenant_is_counted_or_listed(browser, make_run, make_tenant):
    make_run(RunStatus.FAILED, tenant=make_tenant(), run_type="foreign.thing", label="Not ours")

    page = browser.get(f"{HUB}?range=all").text

    assert rows_of(page) == []
    assert "Not ours" not in page
    assert "foreign.thing" not in page
    assert not re.search(r'class="number">[1-9]', page)


def test_finishing_is_seen_by_whoever_looks_at_the_list(browser, make_run):
    run = make_run(RunStatus.RUNNING)
    lifecycle.finish(lease_of(run), RunStatus.FAILED, Tally())

    assert f'id="run-row-{run.id}" data-bucket="failed"' in browser.get(f"{HUB}/list").text
    assert db.session.scalar(select(BulkOperationRun.status)) == "failed"
