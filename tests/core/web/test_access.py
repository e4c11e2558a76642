"""The wall between tenants: whoever may not see something cannot learn that it exists."""

from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.users import Role
from tests.support.browsing import location, without_token

HUB = "/t/fictional/monitoring/operations"
HUGE = [2**31, 2**63 - 1, 2**63, 10**30]


@pytest.fixture
def foreign_run(make_tenant, make_run):
    """A run of a tenant the operator is no member of."""
    return make_run(RunStatus.RUNNING, tenant=make_tenant("elsewhere", "Elsewhere Ltd"))


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.mark.parametrize("page", ["", "/panel"])
def test_another_tenants_run_a_missing_run_and_an_unknown_tenant_are_refused_alike(
    browser, foreign_run, page
):
    answers = [
        browser.get(f"{HUB}/{foreign_run.id}{page}"),
        browser.get(f"{HUB}/4711{page}"),
        browser.get(f"/t/elsewhere/monitoring/operations/{foreign_run.id}{page}"),
        browser.get(f"/t/elsewhere/monitoring/operations/4711{page}"),
        browser.get(f"/t/no-such-tenant/monitoring/operations/{foreign_run.id}{page}"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert len({without_token(answer.text) for answer in answers[:2]}) == 1
    assert len({without_token(answer.text) for answer in answers[2:]}) == 1
    assert not [answer for answer in answers if "Elsewhere Ltd" in answer.text]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/monitoring/operations",
        "/monitoring/operations/list",
        "/monitoring/operations/views",
        "/monitoring/operations/views/new",
        "/notifications",
        "/notifications/unread",
        "/start",
        "/start/inventory.sync",
        "/inventory",
        "/drift",
        "/findings",
    ],
)
def test_no_page_of_another_tenant_opens_for_a_stranger(browser, foreign_run, path):
    stranger = browser.get(f"/t/elsewhere{path}")
    nowhere = browser.get(f"/t/no-such-tenant{path}")

    assert stranger.status_code == nowhere.status_code == 403
    assert without_token(stranger.text) == without_token(nowhere.text)


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("page", ["", "/panel"])
def test_a_number_no_database_can_hold_is_a_run_that_does_not_exist(browser, number, page):
    assert browser.get(f"{HUB}/{number}{page}").status_code == 403


@pytest.mark.parametrize("number", [4711, *HUGE])
def test_only_a_run_of_the_tenant_can_be_marked_read(browser, foreign_run, number):
    for run_id in (number, foreign_run.id):
        answer = browser.submit(f"/t/fictional/notifications/read/{run_id}", page="/t/fictional/")
        assert answer.status_code == 403


@pytest.mark.parametrize("number", ["-1", "0x1", "1.5", "abc", "1;drop"])
def test_what_is_no_number_is_no_page(browser, number):
    assert browser.get(f"{HUB}/{number}").status_code == 404


@pytest.mark.parametrize("path", ["", "/list?bucket=failed", "/1", "/1/panel"])
def test_a_page_asks_a_signed_out_visitor_to_sign_in(client, tenant, path):
    answer = client.get(f"{HUB}{path}")

    assert answer.status_code == 302
    assert unquote(location(answer)) == f"/sign-in?next={HUB}{path}"


@pytest.mark.parametrize(
    "path",
    [
        f"{HUB}/list",
        f"{HUB}/1/panel",
        "/t/fictional/notifications/unread",
        "/t/no-such-tenant/monitoring/operations/list",
    ],
)
def test_a_signed_out_fragment_takes_its_whole_page_to_sign_in(client, tenant, path):
    answer = client.get(
        path, headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{HUB}?range=7d"}
    )

    assert answer.status_code == 401
    assert unquote(answer.headers["HX-Redirect"]) == f"/sign-in?next={HUB}?range=7d"
    assert answer.data == b""


@pytest.mark.parametrize(
    "current", ["", "http://[", "//elsewhere.example.com", "https://elsewhere.example.com"]
)
def test_a_page_that_cannot_be_returned_to_is_not_asked_for(client, tenant, current):
    answer = client.get(f"{HUB}/list", headers={"HX-Request": "true", "HX-Current-URL": current})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_readonly_sees_runs_and_no_way_to_start_anything(sign_in, make_user, tenant, make_run):
    browser = sign_in(make_user(tenant=tenant, role=Role.READONLY))
    run = make_run(RunStatus.COMPLETED, succeeded=1)

    for page in ("/t/fictional/", HUB, f"{HUB}/{run.id}"):
        answer = browser.get(page)
        assert answer.status_code == 200
        assert "/t/fictional/start" not in answer.text


def test_readonly_can_start_nothing(sign_in, make_user, tenant, offer):
    offer(lambda _run: None)
    browser = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    answers = [
        browser.get("/t/fictional/start"),
        browser.get("/t/fictional/start/probe.check"),
        browser.submit("/t/fictional/start/probe.check", page="/t/fictional/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRun)) == 0


def test_a_role_in_one_tenant_is_worth_nothing_in_another(sign_in, make_user, make_tenant, offer):
    offer(lambda _run: None)
    make_tenant("there")
    browser = sign_in(make_user(tenant=make_tenant("here"), role=Role.OWNER))

    assert browser.submit("/t/there/start/probe.check", page="/t/here/").status_code == 403
    assert browser.get("/t/here/start").status_code == 200


def test_an_operator_is_offered_only_what_the_role_allows(browser, offer):
    offer(lambda _run: None, role=Role.MANAGER)

    assert "probe.check" not in browser.get("/t/fictional/start").text
    assert browser.submit("/t/fictional/start/probe.check", page="/t/fictional/").status_code == 403
