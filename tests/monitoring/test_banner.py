"""The list says when queued runs wait in vain, and only then."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.db import database_now, db
from app.core.runs.status import RunStatus
from app.core.runs.workers import Worker
from app.monitoring.waiting import nobody_works, vain_wait
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases
from tests.support.registered import register

HUB = "/t/fictional/monitoring/operations"
SAID = "No worker"


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


def silent_for(seconds):
    """Let every worker have reported so long ago for the last time."""
    db.session.execute(update(Worker).values(seen_at=database_now(-seconds)))
    db.session.commit()


@on_both_databases
def test_queued_runs_wait_when_no_worker_lives(tenant, make_run):
    assert vain_wait(tenant) is None, "nothing is queued"
    run = make_run()
    make_run()
    assert (vain_wait(tenant).runs, vain_wait(tenant).silence) == (2, None), "no worker was ever there"
    assert nobody_works(tenant, run.id)

    register("quay:1:aa", lives=False)
    silent_for(95)
    assert vain_wait(tenant).silence == timedelta(seconds=90), "the only one is silent"

    register("harbour:2:bb")
    assert vain_wait(tenant) is None
    assert not nobody_works(tenant, run.id)


@on_both_databases
def test_runs_that_do_not_wait_need_no_worker(tenant, make_run, make_tenant):
    make_run(RunStatus.COMPLETED)
    running = make_run(RunStatus.RUNNING)
    theirs = make_run(tenant=make_tenant())

    assert vain_wait(tenant) is None
    assert not nobody_works(tenant, running.id)
    assert not nobody_works(tenant, theirs.id), "nor is another tenant's run told of"


def test_the_banner_says_since_when_and_how_many(browser, make_run):
    make_run()
    register(lives=False)
    said = {
        95: "for 90 s; 1 run is waiting",
        185: "for 3 min; 1",
        3 * 3600 + 5: "for 3 h; 1",
        90_000: "for 25 h",
        200_000: "for 2 days",
    }

    for seconds, words in said.items():
        silent_for(seconds)
        assert f"No worker has reported {words}" in browser.get(HUB).text


def test_without_any_worker_the_banner_invents_no_time(browser, make_run):
    for _ in range(4):
        make_run()

    assert "No worker is registered; 4 runs are waiting." in browser.get(HUB).text


def test_the_banner_comes_and_goes_with_the_polled_list(browser, make_run):
    make_run()
    silent = browser.get(f"{HUB}/list")
    assert SAID in silent.text
    assert SAID in browser.get(HUB).text

    register()
    news = browser.get(f"{HUB}/list", headers={"HX-PTag": silent.headers["HX-PTag"]})

    assert (news.status_code, SAID in news.text) == (200, False)


def test_a_silence_that_goes_on_is_no_news_with_every_poll(browser, make_run):
    make_run()
    register(lives=False)
    silent_for(200)
    url = f"{HUB}/list"
    said = browser.get(url).headers["HX-PTag"]

    silent_for(210)
    assert browser.get(url, headers={"HX-PTag": said}).status_code == 304
    silent_for(250)
    assert browser.get(url, headers={"HX-PTag": said}).status_code == 200


def test_the_banner_stands_there_whatever_the_filter_shows(browser, make_run):
    make_run()

    assert SAID in browser.get(f"{HUB}?bucket=failed").text


def test_nothing_is_said_when_nothing_waits(browser, make_run):
    make_run(RunStatus.COMPLETED)

    assert SAID not in browser.get(HUB).text


def test_the_list_asks_once_who_works(browser, make_run):
    make_run()
    with asking() as asked:
        browser.get(f"{HUB}/list")

    shown = [one for one in asked if "version" not in one.statement]
    assert len([one for one in shown if "workers" in one.statement]) == 1


@pytest.mark.parametrize("ask", [vain_wait, lambda tenant: nobody_works(tenant, 1)])
def test_asking_reads_indexes_alone(tenant, make_run, ask):
    make_run()
    with asking() as asked:
        ask(tenant)

    plan = plan_of(asked[-1])
    of_runs = [step for step in plan if "bulk_operation_runs" in step]
    assert ["SEARCH" in step for step in of_runs] == [True], plan
