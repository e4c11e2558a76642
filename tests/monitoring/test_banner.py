"""The list says when queued runs wait in vain, and only then."""

import pytest

from app.core.runs.status import RunStatus
from app.monitoring.waiting import nobody_works
from tests.support.asking import asking, plan_of
from tests.support.databases import on_both_databases
from tests.support.registered import register

HUB = "/t/fictional/monitoring/operations"
SAID = "No worker is alive: runs wait until one starts."


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@on_both_databases
def test_queued_runs_wait_when_no_worker_lives(tenant, make_run):
    assert not nobody_works(tenant), "nothing is queued"
    run = make_run()
    assert nobody_works(tenant), "and no worker was ever there"
    assert nobody_works(tenant, run.id)

    register("quay:1:aa", lives=False)
    assert nobody_works(tenant), "and the only one is silent"

    register("harbour:2:bb")
    assert not nobody_works(tenant)


@on_both_databases
def test_runs_that_do_not_wait_need_no_worker(tenant, make_run, make_tenant):
    make_run(RunStatus.COMPLETED)
    running = make_run(RunStatus.RUNNING)
    theirs = make_run(tenant=make_tenant())

    assert not nobody_works(tenant)
    assert not nobody_works(tenant, running.id)
    assert not nobody_works(tenant, theirs.id), "nor is another tenant's run told of"


def test_the_banner_comes_and_goes_with_the_polled_list(browser, make_run):
    make_run()
    silent = browser.get(f"{HUB}/list")
    assert SAID in silent.text
    assert SAID in browser.get(HUB).text

    register()
    news = browser.get(f"{HUB}/list", headers={"HX-PTag": silent.headers["HX-PTag"]})

    assert (news.status_code, SAID in news.text) == (200, False)


def test_the_banner_is_polled_away_whatever_the_filter_shows(browser, make_run):
    make_run()

    page = browser.get(f"{HUB}?bucket=failed").text

    assert SAID in page
    assert 'hx-trigger="every 2s"' in page[page.index('<section id="operations"') :].partition(">")[0]


def test_nothing_is_said_when_nothing_waits(browser, make_run):
    make_run(RunStatus.COMPLETED)

    assert SAID not in browser.get(HUB).text


def test_the_list_asks_once_who_works(browser, make_run):
    make_run()
    with asking() as asked:
        browser.get(f"{HUB}/list")

    shown = [one for one in asked if "version" not in one.statement]
    assert len([one for one in shown if "workers" in one.statement]) == 1


def test_asking_reads_indexes_alone(tenant, make_run):
    make_run()
    with asking() as asked:
        nobody_works(tenant)

    plan = plan_of(asked[-1])
    of_runs = [step for step in plan if "bulk_operation_runs" in step]
    assert [("ix_bulk" in step or "uq_bulk" in step) and "SEARCH" in step for step in of_runs] == [True], plan
