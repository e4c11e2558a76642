"""Saved views above the list, and the pages on which members look after their own."""

import re
from html import unescape

import pytest

from app.core.saved_views import list_views, save_view
from app.core.users import Role
from tests.support.browsing import location

HUB = "/t/fictional/monitoring/operations"
VIEWS = f"{HUB}/views"


@pytest.fixture
def reader(make_user, tenant):
    """A member who may start nothing: views are theirs all the same."""
    return make_user(tenant=tenant, role=Role.READONLY)


@pytest.fixture
def browser(sign_in, reader):
    return sign_in(reader)


def links(html):
    """(address, name, is chosen) of the views above the list."""
    part = html[html.index('id="views"') : html.index("</nav>", html.index('id="views"'))]
    found = re.findall(r'<li><a href="([^"]+)"( aria-current="true")?>.*?</svg>([^<]+)</a>', part)
    return [(unescape(url), name, bool(current)) for url, current, name in found]


def test_what_is_chosen_is_saved_and_leads_back_there(browser, tenant, reader):
    page = browser.get(f"{HUB}?range=7d&bucket=failed&q=&since=").text
    form = unescape(re.search(r'href="([^"]+)">Save this view', page)[1])
    assert "Shows failed, last 7 days" in browser.get(form).text

    answer = browser.submit(form, {"name": "Trouble"})

    url = f"{HUB}?bucket=failed&range=7d"
    assert (answer.status_code, location(answer)) == (302, url)
    shown = browser.get(url).text
    assert links(shown) == [(url, "Trouble", True)]
    assert "Trouble: saved." in shown
    assert links(browser.get(HUB).text) == [(url, "Trouble", False)]


def test_a_view_keeps_no_page_and_nothing_that_is_no_filter(browser, tenant, reader):
    place = "2026-01-02T03:04:05%2B00:00,17"

    browser.submit(f"{VIEWS}/new?before={place}&colour=blue&initiator=system&range=30d", {"name": "Mine"})

    assert [view.query for view in list_views(tenant, reader)] == ["initiator=system"]


@pytest.mark.parametrize("query", ["bucket=done", "range=yesterday", "since=31.12.2026", "q=a%00b"])
def test_filters_without_meaning_get_no_name(browser, tenant, reader, query):
    assert browser.get(f"{VIEWS}/new?{query}").status_code == 400
    answer = browser.submit(f"{VIEWS}/new?{query}", {"name": "Mine"})

    assert answer.status_code == 400
    assert f"{query.partition('=')[0]}: " in answer.text
    assert list_views(tenant, reader) == []


def test_a_name_that_cannot_be_is_refused_at_its_field(browser, tenant, reader):
    save_view(tenant, reader, "Mine", "")

    for name in ("Mine", "", "x" * 61):
        answer = browser.submit(f"{VIEWS}/new?bucket=failed", {"name": name})
        assert answer.status_code == 422
        assert 'id="field-name-error"' in answer.text
        assert "Shows failed" in answer.text

    assert [view.query for view in list_views(tenant, reader)] == [""]


def test_a_view_is_renamed_and_removed(browser, tenant, reader):
    view = save_view(tenant, reader, "Mine", "q=%22%3E%3Cb%3E")
    save_view(tenant, reader, "Other", "")
    listed = browser.get(VIEWS).text
    assert "with “&#34;&gt;&lt;b&gt;”, last 30 days" in listed

    refused = browser.submit(f"{VIEWS}/{view.id}/edit", {"name": "Other"})
    assert (refused.status_code, "here already" in refused.text) == (422, True)
    assert browser.submit(f"{VIEWS}/{view.id}/edit", {"name": "Odd labels"}).status_code == 302
    assert "Odd labels: renamed." in browser.get(VIEWS).text

    assert browser.submit(f"{VIEWS}/{view.id}/remove").status_code == 302
    assert [kept.name for kept in list_views(tenant, reader)] == ["Other"]


def test_without_views_there_are_none_to_edit(browser):
    assert "Edit views" not in browser.get(HUB).text
    assert "No saved views yet" in browser.get(VIEWS).text


def test_somebody_elses_view_is_refused_like_one_that_is_not_there(
    browser, tenant, reader, operator, make_tenant
):
    theirs = save_view(tenant, operator, "Theirs", "bucket=failed")
    elsewhere = save_view(make_tenant(), reader, "Elsewhere", "bucket=failed")

    for view_id in (theirs.id, elsewhere.id, 4711, 2**70):
        assert browser.get(f"{VIEWS}/{view_id}/edit").status_code == 403
        for action in ("edit", "remove"):
            answer = browser.submit(f"{VIEWS}/{view_id}/{action}", {"name": "Stolen"})
            assert answer.status_code == 403

    assert links(browser.get(HUB).text) == []
    assert [view.name for view in list_views(tenant, operator)] == ["Theirs"]


def test_nothing_is_saved_without_the_forms_token(browser, tenant, reader):
    assert browser.post(f"{VIEWS}/new", data={"name": "Mine"}).status_code == 400

    assert list_views(tenant, reader) == []
