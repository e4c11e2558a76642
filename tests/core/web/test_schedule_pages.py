"""Schedules in the browser: everybody sees them, managers manage them."""

from datetime import UTC, datetime, timedelta
from enum import Enum

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import func, select, update

from app.core.db import db
from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.schedules.defaults import ensure_schedule
from app.core.schedules.models import Schedule
from app.core.schedules.planning import pause_schedule
from app.core.schedules.tick import start_due
from app.core.users import Role
from tests.support.browsing import location
from tests.support.schedules import audited, make_schedule, slots

PAGES = "/t/fictional/schedules"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HALF = timedelta(minutes=30)
ACTS = ("edit", "pause", "resume", "remove")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class PaintParams(BaseModel):
    """Fields of several kinds; two are named like fields of the schedule itself."""

    name: str = Field(title="Which wall")
    cron: int = Field(default=2, ge=1, le=9, title="Coats")
    colour: Colour = Colour.RED
    primer: bool = False
    rooms: list[str] = []


@pytest.fixture(autouse=True)
def _paint(offer):
    offer(lambda _run: None, params=PaintParams, label="Paint")


@pytest.fixture
def manager(make_user, tenant):
    return make_user(tenant=tenant, role=Role.MANAGER)


@pytest.fixture
def browser(sign_in, manager):
    return sign_in(manager)


@pytest.fixture
def schedule(tenant):
    return make_schedule(tenant, params={"name": "north", "cron": 3})


def form(**changes):
    """A form that is filled in well; a value of None leaves its field out."""
    filled = {
        "schedule-name": "Nightly paint",
        "schedule-rhythm": "0 3 * * *",
        "schedule-cron": "",
        "schedule-zone": "Europe/Berlin",
        "name": "north",
        "cron": "3",
        "colour": "blue",
        "rooms": "hall\nbath",
    }
    return {name: value for name, value in (filled | changes).items() if value is not None}


def only():
    found = db.session.scalars(select(Schedule).execution_options(populate_existing=True)).one()
    db.session.commit()
    return found


def count():
    return db.session.scalar(select(func.count()).select_from(Schedule))


def test_the_navigation_leads_to_the_schedules(browser):
    page = browser.get("/t/fictional/").text

    assert f'href="{PAGES}"' in page
    assert 'aria-current="page"' in browser.get(PAGES).text


def test_without_schedules_a_manager_is_led_to_the_first(browser):
    page = browser.get(PAGES).text

    assert "No schedules yet" in page
    assert f'href="{PAGES}/new"' in page


def test_without_schedules_others_are_told_who_makes_them(sign_in, operator):
    page = sign_in(operator).get(PAGES).text

    assert "A manager can let operations start by themselves" in page
    assert "/schedules/new" not in page


def test_readonly_sees_schedules_with_their_times_and_runs_and_can_change_nothing(
    sign_in, make_user, tenant, schedule
):
    db.session.execute(update(Schedule).values(since=NOON - HALF, due_at=NOON))
    db.session.commit()
    start_due(current_catalog(), NOON)
    [slot] = slots(schedule)
    browser = sign_in(make_user(tenant=tenant, role=Role.READONLY))

    listed, shown = browser.get(PAGES).text, browser.get(f"{PAGES}/{schedule.id}").text

    for page in (listed, shown):
        for words in ("Hourly probe", "Paint", "At the start of every hour", "UTC", "Started"):
            assert words in page, words
        assert f'href="/t/fictional/monitoring/operations/{slot.run_id}"' in page
        assert page.count("<time") >= 4
        assert "/edit" not in page
        assert "/pause" not in page
        assert "/remove" not in page
        assert "north" not in page, "an operation's parameters are for those who manage it"


def test_every_operation_that_a_manager_may_start_can_be_chosen(browser, offer):
    offer(lambda _run: None, run_type="owner.only", plugin="owner", role=Role.OWNER, label="Repaint all")

    page = browser.get(f"{PAGES}/new").text

    assert f'href="{PAGES}/new/probe.check"' in page
    assert "Repaint all" not in page


def test_the_form_has_the_schedules_fields_and_the_operations(browser):
    page = browser.get(f"{PAGES}/new/probe.check").text

    for name in (
        "schedule-name",
        "schedule-rhythm",
        "schedule-cron",
        "schedule-zone",
        *PaintParams.model_fields,
    ):
        assert f'name="{name}"' in page, name
    assert "Every night at 03:00" in page
    assert '<option value="Europe/Berlin"' in page


def test_a_schedule_is_made_from_the_form(browser, manager):
    answer = browser.submit(f"{PAGES}/new/probe.check", form())

    made = only()
    assert location(answer) == f"{PAGES}/{made.id}"
    assert (made.name, made.cron, made.time_zone) == ("Nightly paint", "0 3 * * *", "Europe/Berlin")
    assert made.params == {
        "name": "north",
        "cron": 3,
        "colour": "blue",
        "primer": False,
        "rooms": ["hall", "bath"],
    }
    assert audited() == [("schedule.created", f"schedule:{made.id}", manager.email)]
    page = browser.get(location(answer)).text
    assert "Nightly paint: added." in page
    assert "At 03:00 every day" in page


def test_an_own_expression_is_taken(browser):
    browser.submit(
        f"{PAGES}/new/probe.check", form(**{"schedule-rhythm": "own", "schedule-cron": "30 5 * * 1-5"})
    )

    assert only().cron == "30 5 * * 1-5"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"schedule-name": " "}, "schedule-name", "a name has 1 to 80 characters"),
        ({"schedule-name": None}, "schedule-name", "a name has 1 to 80 characters"),
        ({"schedule-rhythm": "own"}, "schedule-cron", "five fields"),
        ({"schedule-rhythm": "own", "schedule-cron": "61 * * * *"}, "schedule-cron", "bad minute"),
        ({"schedule-cron": "5 5 * * *"}, "schedule-cron", "Leave this empty"),
        ({"schedule-rhythm": "sometimes"}, "schedule-rhythm", "Choose one of the list."),
        ({"schedule-zone": "Europe/Nowhere"}, "schedule-zone", "is no time zone"),
        ({"name": None}, "name", "Field required"),
        ({"cron": "99"}, "cron", "less than or equal to 9"),
        ({"colour": "mauve"}, "colour", "should be"),
    ],
)
def test_what_is_wrong_is_named_at_its_field_and_the_rest_is_kept(browser, changes, field, words):
    answer = browser.submit(f"{PAGES}/new/probe.check", form(**{"rooms": "<attic>"} | changes))

    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert answer.text.count("field__error") == 1
    assert words in answer.text
    assert "&lt;attic&gt;" in answer.text
    assert count() == 0


def test_a_name_that_is_taken_is_named_at_its_field(browser, schedule):
    answer = browser.submit(f"{PAGES}/new/probe.check", form(**{"schedule-name": schedule.name}))

    assert answer.status_code == 422
    assert 'id="field-schedule-name-error"' in answer.text
    assert count() == 1


def test_the_form_of_a_schedule_shows_it_as_it_stands(browser, tenant):
    own = make_schedule(
        tenant, name="Own", cron="5 5 * * *", time_zone="CET", params={"name": "south", "rooms": ["attic"]}
    )

    page = browser.get(f"{PAGES}/{own.id}/edit").text

    assert 'value="5 5 * * *"' in page
    assert '<option value="own" selected>' in page
    assert '<option value="CET" selected>' in page
    assert 'value="south"' in page
    assert "attic" in page


def test_a_schedule_is_changed_by_its_form(browser, schedule, manager):
    answer = browser.submit(f"{PAGES}/{schedule.id}/edit", form())

    assert location(answer) == f"{PAGES}/{schedule.id}"
    assert (only().name, only().cron, only().params["colour"]) == ("Nightly paint", "0 3 * * *", "blue")
    assert audited()[-1] == ("schedule.changed", f"schedule:{schedule.id}", manager.email)


@pytest.mark.parametrize(
    "changes",
    [{"schedule-zone": "Europe/Nowhere"}, {"schedule-cron": "5 5 * * *"}, {"schedule-name": "Taken"}],
)
def test_a_wrong_change_is_named_and_changes_nothing(browser, tenant, schedule, fresh, changes):
    make_schedule(tenant, name="Taken", params={"name": "south"})

    answer = browser.submit(f"{PAGES}/{schedule.id}/edit", form(**changes))

    assert answer.status_code == 422
    assert answer.text.count("field__error") == 1
    assert (fresh(schedule).name, fresh(schedule).cron) == ("Hourly probe", "0 * * * *")


def test_a_schedule_is_paused_resumed_and_removed(browser, schedule):
    page = f"{PAGES}/{schedule.id}"
    assert "Resume" not in browser.get(page).text

    assert location(browser.submit(f"{page}/pause")) == page
    assert "Paused by" in browser.get(page).text
    assert "Resume" in browser.get(page).text
    assert "Paused by" in browser.get(PAGES).text
    assert location(browser.submit(f"{page}/resume")) == page
    assert "Paused by" not in browser.get(page).text
    assert location(browser.submit(f"{page}/remove")) == PAGES
    assert count() == 0
    assert [action for action, _, _ in audited()] == [
        "schedule.created",
        "schedule.paused",
        "schedule.resumed",
        "schedule.removed",
    ]


def test_a_default_schedule_offers_no_removal_and_refuses_it(browser, tenant):
    ensure_schedule(tenant, "Nightly", "probe.check", {"name": "north"}, "0 3 * * *")

    assert "/remove" not in browser.get(f"{PAGES}/{only().id}").text
    answer = browser.submit(f"{PAGES}/{only().id}/remove")

    assert answer.status_code == 400
    assert "pause it instead" in answer.text
    assert count() == 1


def test_a_slot_that_was_refused_says_why(browser, schedule):
    db.session.execute(
        update(Schedule).values(since=NOON - HALF, due_at=NOON, params={"cron": 99, "name": "x"})
    )
    db.session.commit()
    start_due(current_catalog(), NOON)

    assert "Refused" in browser.get(PAGES).text
    page = browser.get(f"{PAGES}/{schedule.id}").text
    assert "cron: Input should be less than or equal to 9" in page


def test_a_schedule_whose_plugin_is_gone_says_so_and_can_still_be_paused(browser, app, schedule):
    app.extensions[EXTENSION].drop(PluginError("probe", "import", "gone"))

    for path in (PAGES, f"{PAGES}/{schedule.id}"):
        page = browser.get(path).text
        assert "No plugin offers probe.check any more." in page
        assert "/edit" not in page
    assert browser.get(f"{PAGES}/{schedule.id}/edit").status_code == 400
    assert browser.submit(f"{PAGES}/{schedule.id}/edit", form()).status_code == 400
    assert browser.submit(f"{PAGES}/{schedule.id}/pause").status_code == 302


def test_a_schedule_whose_zone_is_not_known_here_is_still_shown(browser, schedule):
    db.session.execute(update(Schedule).values(time_zone="Europe/Nowhere"))
    db.session.commit()

    for path in (PAGES, f"{PAGES}/{schedule.id}", f"{PAGES}/{schedule.id}/edit"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "Europe/Nowhere" in answer.text


@pytest.mark.parametrize("role", [Role.READONLY, Role.OPERATOR])
def test_who_is_no_manager_can_do_nothing(sign_in, make_user, tenant, schedule, role):
    browser = sign_in(make_user(tenant=tenant, role=role))

    for path in (f"{PAGES}/new", f"{PAGES}/new/probe.check", f"{PAGES}/{schedule.id}/edit"):
        assert browser.get(path).status_code == 403
    for path in (f"{PAGES}/new/probe.check", *(f"{PAGES}/{schedule.id}/{act}" for act in ACTS)):
        assert browser.submit(path, form()).status_code == 403
    assert len(audited()) == 1


def test_times_are_told_in_the_zone_of_the_schedule(browser, tenant):
    schedule = make_schedule(tenant, params={"name": "x"}, time_zone="Asia/Kathmandu", since=NOON - HALF)
    start_due(current_catalog(), NOON + HALF)
    [slot] = slots(schedule)
    assert slot.slot == datetime(2026, 6, 1, 12, 15, tzinfo=UTC)

    assert "Mon 2026-06-01 18:00 +0545" in browser.get(f"{PAGES}/{schedule.id}").text


def test_an_operation_for_owners_is_closed_to_a_manager(browser, tenant, offer):
    offer(lambda _run: None, run_type="owner.only", plugin="owner", role=Role.OWNER)
    schedule = make_schedule(tenant, run_type="owner.only")

    page = browser.get(f"{PAGES}/{schedule.id}").text
    assert "/edit" not in page
    assert "/pause" not in page
    for path in (f"{PAGES}/new/owner.only", f"{PAGES}/{schedule.id}/edit"):
        assert browser.get(path).status_code == 403
    for path in (f"{PAGES}/new/owner.only", *(f"{PAGES}/{schedule.id}/{act}" for act in ACTS)):
        assert browser.submit(path, form()).status_code == 403
    assert len(audited()) == 1


def test_a_schedule_of_another_tenant_and_one_that_is_not_there_answer_alike(
    sign_in, make_user, make_tenant, schedule
):
    other = make_tenant("elsewhere")
    browser = sign_in(make_user(tenant=other, role=Role.OWNER))

    for number in (schedule.id, 4711, 10**30):
        page = f"/t/elsewhere/schedules/{number}"
        assert browser.get(page).status_code == 403
        assert browser.get(f"{page}/edit").status_code == 403
        for act in ACTS:
            assert browser.submit(f"{page}/{act}", form()).status_code == 403
    assert browser.get(f"{PAGES}/{schedule.id}").status_code == 403
    assert "Hourly probe" not in browser.get("/t/elsewhere/schedules").text
    assert len(audited()) == 1


def test_a_form_without_its_token_is_refused(browser, schedule):
    for path in (f"{PAGES}/new/probe.check", *(f"{PAGES}/{schedule.id}/{act}" for act in ACTS)):
        assert browser.post(path, data=form()).status_code == 400
    assert len(audited()) == 1


@pytest.mark.parametrize("run_type", ["no_such.thing", "<script>", "x" * 500])
def test_an_unknown_operation_is_named_and_nothing_breaks(browser, run_type):
    for answer in (
        browser.get(f"{PAGES}/new/{run_type}"),
        browser.submit(f"{PAGES}/new/{run_type}", form()),
    ):
        assert answer.status_code == 400
        assert "<script>" not in answer.text.replace('<script src="', "")


def test_a_paused_schedule_shows_no_next_times(browser, tenant, schedule):
    pause_schedule(current_catalog(), tenant, schedule.id)

    assert "Next times</dt>" not in browser.get(f"{PAGES}/{schedule.id}").text
