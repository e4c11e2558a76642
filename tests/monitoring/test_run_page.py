"""The page of one run: what became of it, step by step and item by item."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core import clock
from app.core.db import db
from app.core.registry.contract import ReasonCode
from app.core.runs import lifecycle
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.ledger import UNKNOWN_SAID
from app.core.runs.lifecycle import rescue
from app.core.runs.models import BulkOperationRun
from app.core.runs.new_run import Initiator
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from tests.support.asking import asking
from tests.support.databases import on_both_databases
from tests.support.records import lease_of
from tests.support.registered import register

HUB = "/t/fictional/monitoring/operations"


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


def page_of(browser, run):
    return browser.get(f"{HUB}/{run.id}").text


def words(html):
    """The text of some markup, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def timeline(html):
    """The entries of a timeline as texts."""
    part = html[html.index('id="run-timeline"') :].partition("</ol>")[0]
    return [words(f"<{entry}") for entry in part.split("<li ")[1:]]


def outcomes(html):
    """Item -> (badge, reason)."""
    part = html[html.index('id="items-table"') :].partition("</table>")[0]
    rows = re.findall(r'<tr id="item-.*?</tr>', part, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return {words(item): (words(outcome), words(reason)) for item, outcome, reason in cells}


def lose_worker(run):
    query = update(BulkOperationRun).where(BulkOperationRun.id == run.id)
    db.session.execute(query.values(lease_expires_at=clock.now() - timedelta(minutes=1)))
    db.session.commit()


@on_both_databases
def test_the_timeline_tells_each_step_in_words(browser, make_run):
    run = make_run(RunStatus.RUNNING, resumable=True, max_attempts=3)
    lose_worker(run)
    rescue(run.id, run.lease_token)
    second = lifecycle.claim(run.id, "worker-2", 60)
    lifecycle.abort(run.id, Initiator("desk@example.com"))
    lifecycle.finish(second, RunStatus.ABORTED, Tally())

    entries = timeline(page_of(browser, run))

    assert [entry.partition(" just now")[0] for entry in entries] == [
        "Queued",
        "Started",
        "Worker lost",
        "Resumed",
        "Asked to stop",
        "Stopped",
    ]
    for place, span in [(0, "waited"), (1, "worked"), (2, "waited"), (3, "worked"), (5, "in all")]:
        assert re.search(rf"just now , {span} [\d.]+ m?s", entries[place]), entries[place]
    assert "just now ," not in entries[4]
    assert "Started by system." in entries[0]
    assert "Attempt" not in entries[0]
    assert "Attempt 1, worker worker-1" in entries[1]
    assert "The worker stopped answering." in entries[2]
    assert "Attempt 2, worker worker-2" in entries[3]
    assert "Asked to stop by desk@example.com." in entries[4]


def test_a_failure_that_repeating_may_help_says_so(browser, offer, make_run):
    reasons = {"not_found": ReasonCode("Not found"), "busy": ReasonCode("Busy", "Wait.", retryable=True)}
    offer(lambda _run: None, reason_codes=reasons)
    hopeless = make_run(RunStatus.COMPLETED, succeeded=1, failed=1)
    hopeful = make_run(RunStatus.COMPLETED, succeeded=1, reports=[("busy", "It was busy.")])

    assert "Repeating may help." not in page_of(browser, hopeless)
    assert "Wait. Repeating may help." in words(page_of(browser, hopeful))


def test_a_step_has_its_absolute_time_at_hand(browser, make_run):
    html = page_of(browser, make_run())

    part = html[html.index('id="run-timeline"') :].partition("</ol>")[0]
    assert re.search(r'<time datetime="[^"]+\+00:00" title="[\d-]+ [\d:]+ UTC" data-ago>', part)


def test_what_it_waited_and_took_is_told(browser, make_run):
    text = words(page_of(browser, make_run(RunStatus.COMPLETED, succeeded=1)))

    assert re.search(r"Waited \d+ ms|Waited [\d.]+ s", text)
    assert re.search(r"Duration \d+ ms|Duration [\d.]+ s", text)
    assert "Waited" not in words(page_of(browser, make_run()))


@on_both_databases
def test_each_item_says_where_it_stands(browser, lose_an_item):
    run = lose_an_item(succeeded=1, failed=1)

    html = page_of(browser, run)

    assert outcomes(html) == {
        "item-1": ("Succeeded", ""),
        "item-2": ("Failed", "It is not there. not_found"),
        "lost": (
            "Unknown",
            f"{UNKNOWN_SAID} outcome_unknown",
        ),
        "left": ("Not processed", ""),
    }
    assert "1 unknown" in words(html.partition("run-facts")[0])
    assert "3 of 4" in words(html)


def test_items_of_a_running_run_wait_or_are_in_work(browser, make_run):
    run = make_run(RunStatus.RUNNING, items=["a", "b"])
    lifecycle.begin_item(lease_of(run), Tally(in_flight=["a"]))

    assert outcomes(page_of(browser, run)) == {"a": ("In work", ""), "b": ("Waiting", "")}


@on_both_databases
def test_a_run_leads_to_what_it_repeats_and_to_what_repeats_it(browser, make_run):
    first = make_run(RunStatus.FAILED)
    again = [make_run(RunStatus.FAILED, retry_of_id=first.id) for _ in range(2)]
    follower = make_run(caused_by_id=first.id)

    page = page_of(browser, first)
    assert "Repeats" not in page
    for run in again:
        assert f'Repeated as <a href="{HUB}/{run.id}">run {run.id}</a>' in page
        assert f'Repeats <a href="{HUB}/{first.id}">run {first.id}</a>' in page_of(browser, run)
    assert f'Follows <a href="{HUB}/{first.id}">run {first.id}</a>' in page_of(browser, follower)
    assert timeline(page)[-1].endswith(f"Repeated as run {again[-1].id} by system.")


def test_a_run_without_kin_shows_no_empty_line(browser, make_run):
    assert "run-kin" not in page_of(browser, make_run())


def test_a_queued_run_says_when_no_worker_lives_and_stops_saying_so(browser, make_run):
    run = make_run()
    register(lives=False)
    panel = browser.get(f"{HUB}/{run.id}/panel")
    assert "No worker is alive" in panel.text

    register("harbour:2:bb")
    news = browser.get(f"{HUB}/{run.id}/panel", headers={"HX-PTag": panel.headers["HX-PTag"]})

    assert news.status_code == 200
    assert "No worker is alive" not in news.text
    again = browser.get(f"{HUB}/{run.id}/panel", headers={"HX-PTag": news.headers["HX-PTag"]})
    assert again.status_code == 304


def test_a_run_in_work_by_a_process_that_is_no_worker_is_no_cause_for_alarm(browser, make_run):
    run = make_run(RunStatus.RUNNING)
    make_run()

    assert "No worker is alive" not in page_of(browser, run)
    lose_worker(run)
    assert "No worker is alive" in page_of(browser, run)


def test_a_running_run_says_how_far_it_is_how_fast_and_how_long_still(browser, make_run):
    run = make_run(RunStatus.RUNNING, items=[f"item-{n}" for n in range(1, 9)], succeeded=2)
    began = update(BulkOperationRunEvent).where(BulkOperationRunEvent.kind == EventKind.CLAIMED)
    db.session.execute(began.values(created_at=run.progress_at - timedelta(seconds=4)))
    db.session.commit()

    assert "2 / 8 - 25 % - 30/min - about 12 s left" in words(page_of(browser, run))


def test_a_run_says_when_something_last_happened_by_the_servers_clock(browser, make_run):
    html = page_of(browser, make_run(RunStatus.RUNNING))

    assert "Last activity just now" in words(html)
    assert re.search(r'id="server-clock" data-now="[^"]+\+00:00"', html)
    assert "Last activity" not in words(page_of(browser, make_run()))


def test_the_correlation_id_is_a_text_that_a_button_copies(browser, make_run):
    run = make_run()
    html = page_of(browser, run)

    assert f'<code id="correlation-id">{run.correlation_id}</code>' in html
    assert 'data-copy="correlation-id"' in html


def test_a_failure_leads_to_its_items_and_a_report_to_none(browser, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=1, failed=2, reports=[("odd_file", "It is odd.")])
    html = page_of(browser, run)

    link = f'href="{HUB}/{run.id}?outcome=failed&amp;reason=not_found#run-items"'
    assert f"<a {link}>Show 2 items</a>" in html
    assert "reason=odd_file" not in html


def test_a_lost_item_is_found_among_the_unknown_ones(browser, lose_an_item):
    run = lose_an_item()
    html = page_of(browser, run)

    assert f'href="{HUB}/{run.id}?outcome=unknown&amp;reason=outcome_unknown#run-items"' in html


def test_a_long_sample_is_folded_behind_its_first_entries(browser, make_run):
    html = page_of(browser, make_run(RunStatus.COMPLETED, succeeded=1, failed=60))
    sample = html.partition('id="run-failures"')[2].partition("run-facts")[0]

    assert "47 more" in words(sample)
    assert words(sample.partition("<details")[0]).count("It is not there.") == 3
    assert "50 of 60 kept as a sample" in words(sample)


def test_a_final_run_needs_no_worker(browser, make_run):
    assert "No worker is alive" not in page_of(browser, make_run(RunStatus.FAILED))


def test_a_poll_without_news_reads_neither_items_nor_timeline(browser, make_run):
    run = make_run(RunStatus.RUNNING, items=["a"])
    ptag = browser.get(f"{HUB}/{run.id}/panel").headers["HX-PTag"]
    with asking() as asked:
        answer = browser.get(f"{HUB}/{run.id}/panel", headers={"HX-PTag": ptag})

    assert answer.status_code == 304
    assert not [one for one in asked if "run_items" in one.statement or "run_events" in one.statement]
