"""Core's own pages: home, start forms, notifications."""

from enum import Enum
from typing import Literal

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import select

from app.core.db import db
from app.core.notifications import unread_count
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.users import Notices, Role, set_membership
from tests.support.asking import asking
from tests.support.browsing import location


class Colour(Enum):
    RED = "red"
    DEEP_BLUE = "deep_blue"


class PaintParams(BaseModel):
    """One field of every kind."""

    wall: str = Field(title="Which wall", description="As it is called in the plan.")
    coats: int = Field(default=2, ge=1, le=9)
    colour: Colour = Colour.RED
    finish: Literal["matt", "gloss"] | None = None
    primer: bool = False
    rooms: list[str] = []


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


@pytest.fixture
def paint(offer):
    """An operation with a parameter of every kind; answers with the parameters it was executed with."""
    seen = []
    offer(lambda run: seen.append(run.params), params=PaintParams, label="Paint")
    return seen


def test_the_service_says_that_it_is_alive_without_a_database(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_home_is_the_one_tenant_there_is(browser):
    assert location(browser.get("/")) == "/t/fictional/"


def test_home_lets_choose_among_several_tenants(browser, operator, make_tenant):
    set_membership(operator, make_tenant("other", "Other Ltd"), Role.READONLY)
    make_tenant("third", "Third Ltd")

    page = browser.get("/").text

    assert "Fictional Ltd" in page
    assert "Other Ltd" in page
    assert "Third Ltd" not in page


def test_home_of_somebody_without_a_tenant_is_a_page(sign_in, make_user):
    assert sign_in(make_user()).get("/").status_code == 200


def test_the_start_form_has_a_field_of_the_right_kind_for_every_parameter(browser, paint):
    page = browser.get("/t/fictional/start/probe.check").text

    assert "Which wall" in page
    assert "As it is called in the plan." in page
    for found in ('type="number"', 'type="checkbox"', "<select", "<textarea", "deep blue", "gloss"):
        assert found in page, found


def test_a_submitted_form_starts_the_operation_with_its_values(browser, paint, worker):
    answer = browser.submit(
        "/t/fictional/start/probe.check",
        {
            "wall": " north ",
            "coats": "3",
            "colour": "deep_blue",
            "finish": "",
            "primer": "on",
            "rooms": "hall\n\n bath \n",
        },
    )

    assert answer.status_code == 302
    assert worker() == 1
    assert paint == [
        PaintParams(wall="north", coats=3, colour=Colour.DEEP_BLUE, primer=True, rooms=["hall", "bath"])
    ]


def test_wrong_values_are_named_at_their_field_and_kept(browser, paint):
    answer = browser.submit(
        "/t/fictional/start/probe.check", {"wall": "<north>", "coats": "99", "colour": "mauve"}
    )

    assert answer.status_code == 422
    assert "field-coats-error" in answer.text
    assert "field-colour-error" in answer.text
    assert "field-wall-error" not in answer.text
    assert 'value="&lt;north&gt;"' in answer.text
    assert db.session.scalar(select(BulkOperationRun)) is None


def test_a_missing_value_is_named(browser, paint):
    answer = browser.submit("/t/fictional/start/probe.check", {})

    assert answer.status_code == 422
    assert "field-wall-error" in answer.text


def test_starting_what_is_active_already_leads_to_the_active_run(browser, paint):
    first = browser.submit("/t/fictional/start/probe.check", {"wall": "north"})
    second = browser.submit("/t/fictional/start/probe.check", {"wall": "north"})

    assert location(first) == location(second)
    assert "already running" in browser.get(location(second)).text


@pytest.mark.parametrize("run_type", ["no_such.thing", "<script>", "x" * 500])
def test_an_unknown_operation_is_named_and_nothing_breaks(browser, run_type):
    got = browser.get(f"/t/fictional/start/{run_type}")
    posted = browser.submit(f"/t/fictional/start/{run_type}")

    assert got.status_code == posted.status_code == 400
    assert "<script>" not in got.text.replace('<script src="', "")


def test_starting_needs_a_csrf_token(browser, paint):
    assert browser.post("/t/fictional/start/probe.check", data={"wall": "north"}).status_code == 400
    assert db.session.scalar(select(BulkOperationRun)) is None


def test_notifications_say_what_happened_and_lead_to_the_run(browser, operator, make_run):
    run = make_run(RunStatus.COMPLETED, succeeded=2, failed=1, user=operator, label="Check the north wall")

    page = browser.get("/t/fictional/notifications").text

    assert page.count("Check the north wall") >= 2
    assert f'href="/t/fictional/monitoring/operations/{run.id}"' in page
    assert "It is not there." in page


def test_without_notifications_the_page_says_so(browser):
    assert "Nothing here yet" in browser.get("/t/fictional/notifications").text


def test_the_bell_counts_what_is_unread(browser, operator, make_run):
    for _ in range(3):
        make_run(user=operator)

    assert ">3<" in browser.get("/t/fictional/notifications/unread").text


def test_a_poll_of_the_bell_without_news_asks_once_and_says_nothing(browser, operator, make_run):
    make_run(user=operator)
    url = "/t/fictional/notifications/unread"
    shown = browser.get(url).headers["HX-PTag"]
    assert f'hx-ptag="{shown}"' in browser.get("/t/fictional/").text

    with asking() as asked:
        answer = browser.get(url, headers={"HX-Request": "true", "HX-PTag": shown})
    assert (answer.status_code, answer.data, len(asked)) == (304, b"", 1)

    make_run(RunStatus.COMPLETED, user=operator)
    news = browser.get(url, headers={"HX-Request": "true", "HX-PTag": shown})
    assert news.status_code == 200
    assert ">3<" in news.text


def test_reading_the_page_of_a_get_request_marks_nothing_read(browser, tenant, operator, make_run):
    make_run(user=operator)

    browser.get("/t/fictional/notifications")

    assert unread_count(tenant.id, operator.id) == 1


def test_all_or_one_runs_notifications_can_be_marked_read(browser, tenant, operator, make_run):
    runs = [make_run(user=operator) for _ in range(3)]

    badge = browser.submit(f"/t/fictional/notifications/read/{runs[0].id}", page="/t/fictional/")
    assert ">2<" in badge.text

    answer = browser.submit("/t/fictional/notifications/read", page="/t/fictional/")
    assert location(answer) == "/t/fictional/notifications"
    assert unread_count(tenant.id, operator.id) == 0


PREFERENCE = "/t/fictional/notifications/preference"


def test_what_is_told_is_chosen_on_the_page_for_every_tenant(browser, operator, fresh, make_run):
    answer = browser.submit(PREFERENCE, {"notices": "problems"}, page="/t/fictional/notifications")

    assert location(answer) == "/t/fictional/notifications"
    assert fresh(operator).notices == Notices.PROBLEMS
    page = browser.get("/t/fictional/notifications").text
    assert '<option value="problems" selected>' in page
    assert "No problems so far" in page
    make_run(RunStatus.COMPLETED, succeeded=1, user=operator)
    assert unread_count(make_run(user=operator).tenant_id, operator.id) == 0


@pytest.mark.parametrize("wanted", ["", "sometimes", "<b>"])
def test_a_choice_that_there_is_not_is_named_and_changes_nothing(browser, operator, fresh, wanted):
    answer = browser.submit(PREFERENCE, {"notices": wanted}, page="/t/fictional/notifications")

    assert answer.status_code == 400
    assert "notices:" in answer.text
    assert fresh(operator).notices == Notices.ALWAYS


def test_a_choice_needs_a_csrf_token_and_a_member(browser, operator, fresh, sign_in, make_user, make_tenant):
    stranger = sign_in(make_user(tenant=make_tenant("elsewhere")))

    assert browser.post(PREFERENCE, data={"notices": "never"}).status_code == 400
    assert stranger.submit(PREFERENCE, {"notices": "never"}, page="/t/elsewhere/").status_code == 403
    assert fresh(operator).notices == Notices.ALWAYS


def test_a_page_that_does_not_exist_says_so_in_words(browser):
    answer = browser.get("/t/fictional/no-such-page")

    assert answer.status_code == 404
    assert "There is no page at this address." in answer.text
