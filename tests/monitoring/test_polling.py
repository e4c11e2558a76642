"""Polls of the hub: without news, one query decides; with news, no query is saved at their cost."""

import pytest

from app.core.db import db
from app.core.runs import lifecycle
from app.core.runs.status import RunStatus
from app.monitoring.pause import PATIENCE
from tests.core.runs.standing import rewrite
from tests.support.asking import asking
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.records import lease_of, tally
from tests.support.registered import register

HUB = "/t/fictional/monitoring/operations"
PAGES = ["/list", "/{run}/panel"]
CHANGES = {
    "progress": lambda run, _make: lifecycle.record_progress(lease_of(run), tally(succeeded=["a"])),
    "an end": lambda run, _make: lifecycle.finish(lease_of(run), RunStatus.FAILED, tally()),
    "an end and a start": lambda run, make: (CHANGES["an end"](run, make), make(RunStatus.RUNNING)),
    "a start": lambda _run, make: make(),
}


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.fixture
def running(make_run):
    """A run of two items that runs, and a worker that lives."""
    register()
    return make_run(RunStatus.RUNNING, items=["a", "b"])


@pytest.fixture
def poll(browser, running):
    """Ask for a part of the hub as a page does that shows it since the fixture was made."""
    number = running.id
    tags = {page: browser.get(HUB + page.format(run=number)).headers["HX-PTag"] for page in PAGES}

    def ask(page, *, by=browser, tag=None):
        end_transaction()
        headers = {"HX-Request": "true", "HX-PTag": tag or tags[page]}
        return by.get(HUB + page.format(run=number), headers=headers)

    return ask


@on_both_databases
@pytest.mark.parametrize("page", PAGES)
def test_a_poll_without_news_costs_one_query_and_carries_nothing(poll, page):
    with asking() as asked:
        answer = poll(page)

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert len(asked) == 1


@on_both_databases
def test_news_cost_the_version_the_rows_and_the_counts(poll, running):
    CHANGES["progress"](running, None)

    with asking() as asked:
        news = poll("/list")

    assert news.status_code == 200
    assert len(asked) == 3, asked


@on_both_databases
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_the_list_shows_is_news(poll, make_run, running, change):
    CHANGES[change](running, make_run)

    news = poll("/list")

    assert news.status_code == 200
    assert poll("/list", tag=news.headers["HX-PTag"]).status_code == 304


@on_both_databases
@pytest.mark.parametrize("change", ["progress", "an end"])
def test_whatever_changes_a_run_is_news_of_its_page(poll, make_run, running, change):
    CHANGES[change](running, make_run)

    assert poll("/{run}/panel").status_code == 200


@on_both_databases
@pytest.mark.parametrize("page", PAGES)
def test_a_run_that_was_long_not_taken_is_asked_for_less_often(browser, make_run, page):
    register()
    run = make_run(items=["a"])
    url = HUB + page.format(run=run.id)
    answer = browser.get(url)
    assert 'data-poll="2"' in answer.text

    rewrite(run.id, created_at=run.created_at - 2 * PATIENCE)
    headers = {"HX-Request": "true", "HX-PTag": answer.headers["HX-PTag"]}

    assert 'data-poll="10"' in browser.get(url, headers=headers).text


@on_both_databases
def test_what_waits_in_vain_in_another_tenant_costs_this_one_nothing(browser, make_run, make_tenant):
    make_run(RunStatus.COMPLETED)
    tag = browser.get(f"{HUB}/list").headers["HX-PTag"]
    make_run(tenant=make_tenant())
    end_transaction()

    with asking() as asked:
        answer = browser.get(f"{HUB}/list", headers={"HX-Request": "true", "HX-PTag": tag})

    assert (answer.status_code, len(asked)) == (304, 1)


def test_what_a_filter_hides_is_no_news_and_only_the_tag_is_new(browser, make_run, running):
    url = f"{HUB}/list?type=probe.check"
    before = browser.get(url).headers["HX-PTag"]
    make_run(RunStatus.RUNNING, run_type="probe.other")
    end_transaction()

    answer = browser.get(url, headers={"HX-Request": "true", "HX-PTag": before})

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["HX-PTag"] != before


@pytest.mark.parametrize("page", PAGES)
def test_whoever_may_not_look_learns_nothing_from_the_tag(poll, sign_in, make_user, make_tenant, app, page):
    stranger = sign_in(make_user(tenant=make_tenant()))

    assert poll(page, by=stranger).status_code == 403
    assert poll(page, by=app.test_client()).status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_a_session_that_was_revoked_is_sent_to_sign_in(poll, operator, page):
    operator.session_epoch += 1
    db.session.add(operator)
    db.session.commit()

    answer = poll(page)

    assert answer.status_code == 401
    assert "/sign-in" in answer.headers["HX-Redirect"]


@pytest.mark.parametrize("path", [f"/{10**30}/panel", "/4711/panel"])
def test_a_run_that_is_not_there_is_refused_whatever_the_tag(browser, poll, path):
    answer = browser.get(HUB + path, headers={"HX-Request": "true", "HX-PTag": "1.works"})

    assert answer.status_code == 403


@pytest.mark.parametrize("tag", ["/", "x" * 5000, "\u00fc", "0.0.0.0.works/"])
def test_a_tag_that_no_page_has_is_answered_in_full(poll, tag):
    assert poll("/list", tag=tag).status_code == 200
