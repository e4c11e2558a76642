"""Choices from the tenant's data: offered by forms, and nothing else taken wherever a run is started."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.registry.catalog import current_catalog
from app.core.registry.contract import Choice
from app.core.runs.models import BulkOperationRun
from app.core.runs.retry import retry_run
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.schedules.models import SlotOutcome
from app.core.schedules.tick import start_due
from app.core.users import Role
from tests.support.schedules import make_schedule, slots

START = "/t/fictional/start/probe.check"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Paint(BaseModel):
    """Which walls, and with which brush."""

    brush: int | None = None
    colour: str = "any"
    walls: list[str] = []


@pytest.fixture
def walls():
    """Tenant's slug -> its walls; a test may change them."""
    return {"fictional": {"n": "North <wall>", "s": "South wall"}, "other": {"w": "West wall"}}


@pytest.fixture
def paint(offer, walls):
    """An operation with choices; answers with the parameters it was executed with."""
    seen = []

    def of_tenant(tenant):
        return (Choice(value, label) for value, label in walls[tenant.slug].items())

    offer(
        lambda run: seen.append(run.params),
        params=Paint,
        choices={
            "brush": lambda _tenant: [Choice("1", "Broad"), Choice("2", "Fine")],
            "colour": lambda _tenant: [Choice("red", "Red")],
            "walls": of_tenant,
        },
    )
    return seen


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


def start(tenant, **params):
    return start_operation(current_catalog(), tenant, "probe.check", params)


def refusals(tenant, **params):
    with pytest.raises(InvalidParametersError) as caught:
        start(tenant, **params)
    assert db.session.scalar(select(func.count()).select_from(BulkOperationRun)) == 0
    return caught.value.errors


def test_the_form_offers_the_tenants_own(browser, paint, operator, make_tenant):
    page = browser.get(START).text

    assert '<option value="2">Fine</option>' in page
    assert 'type="checkbox" id="field-walls-1" name="walls" value="n">' in page
    assert "North &lt;wall&gt;" in page
    assert "West wall" not in page


def test_what_is_chosen_arrives(browser, paint, worker):
    answer = browser.submit(START, {"brush": "2", "colour": "red", "walls": ["n", "s"]})

    assert answer.status_code == 302
    worker()
    assert paint == [Paint(brush=2, colour="red", walls=["n", "s"])]


def test_a_default_and_nothing_at_all_are_always_taken(browser, paint, worker):
    page = browser.get(START).text
    assert '<option value="any" selected>any</option>' in page

    assert browser.submit(START, {"colour": "any"}).status_code == 302

    worker()
    assert paint == [Paint()]


def test_what_is_no_choice_is_refused_at_its_field_and_shown(browser, paint):
    answer = browser.submit(START, {"brush": "2", "walls": ["n", "w"]})

    assert answer.status_code == 422
    assert (
        "not among the choices: &#39;w&#39;" in re.search(r'id="field-walls-error">(.*?)</p>', answer.text)[1]
    )
    assert answer.text.count("field__error") == 1
    assert 'value="n" checked' in answer.text
    assert 'value="w" checked' in answer.text
    assert "w (no longer there)" in answer.text
    assert '<option value="2" selected>' in answer.text


def test_a_start_without_a_form_is_refused_alike(tenant, paint):
    assert refusals(tenant, walls=["w", "x", "n"], brush=3) == {
        "brush": "not among the choices: '3'",
        "walls": "not among the choices: 'w', 'x'",
    }


def test_a_long_list_of_wrong_values_is_cut(tenant, paint):
    said = refusals(tenant, walls=["y" * 500, *map(str, range(100))])["walls"]

    assert len(said) < 150


def test_another_tenants_choice_is_none_here(make_tenant, paint):
    other = make_tenant("other")

    assert "walls" in refusals(other, walls=["n"])
    assert start(other, walls=["w"]).created


def test_the_command_line_is_refused_alike(flask_cli, tenant, paint):
    result = flask_cli(
        "runs", "start", "probe.check", "--tenant", "fictional", "--param", "walls=w", "--inline"
    )

    assert result.exit_code == 2
    assert "walls: not among the choices: 'w'" in result.stderr


def test_a_schedule_is_refused_alike(tenant, paint):
    with pytest.raises(InvalidInputError, match=r"params\.walls: not among the choices: 'w'"):
        make_schedule(tenant, params={"walls": ["w"]})


def test_the_form_of_a_schedule_keeps_what_is_no_choice_any_more_in_sight(
    tenant, paint, walls, make_user, sign_in
):
    schedule = make_schedule(tenant, params={"walls": ["n", "s"]})
    del walls["fictional"]["s"]
    browser = sign_in(make_user(tenant=tenant, role=Role.MANAGER))

    page = browser.get(f"/t/fictional/schedules/{schedule.id}/edit").text

    assert 'value="n" checked' in page
    assert 'value="s" checked' in page
    assert "s (no longer there)" in page


def test_a_schedule_whose_choice_is_gone_starts_nothing_and_says_why(tenant, paint, walls):
    schedule = make_schedule(tenant, params={"walls": ["s"]}, since=NOON - timedelta(minutes=30))
    del walls["fictional"]["s"]

    assert start_due(current_catalog(), NOON) == 0

    [slot] = slots(schedule)
    assert (slot.outcome, slot.said) == (SlotOutcome.REFUSED, "walls: not among the choices: 's'")


def test_a_run_that_waits_is_executed_although_its_choice_is_gone(tenant, paint, walls, worker, fresh):
    started = start(tenant, walls=["s"])
    del walls["fictional"]["s"]

    worker()

    assert fresh(started.run).status == RunStatus.COMPLETED, "what to do about it is the operation's affair"
    with pytest.raises(InvalidParametersError, match="not among the choices"):
        retry_run(current_catalog(), tenant, started.run_id)


def test_without_anything_to_choose_from_the_form_says_so(browser, paint, walls):
    walls["fictional"].clear()

    assert "There is nothing to choose from yet." in browser.get(START).text


def broken(_tenant):
    raise LookupError("password=hunter2")


def unready(_tenant):
    raise InvalidInputError("Import an inventory first.")


def leaving(_tenant):
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (broken, "The choices cannot be listed just now; the log has the details."),
        (leaving, "The choices cannot be listed just now; the log has the details."),
        (lambda _tenant: ["n"], "The choices cannot be listed just now; the log has the details."),
        (unready, "Import an inventory first."),
    ],
    ids=["broken", "leaving", "no choices", "unready"],
)
def test_choices_that_cannot_be_listed_are_said_at_the_field(browser, tenant, offer, answer, words):
    offer(lambda _run: None, params=Paint, choices={"walls": answer})

    page = browser.get(START)
    sent = browser.submit(START, {"walls": "n"})

    assert (page.status_code, sent.status_code) == (200, 422)
    for text in (page.text, sent.text):
        assert f'id="field-walls-error">{words}</p>' in text
        assert "hunter2" not in text
    assert refusals(tenant, walls=["n"]) == {"walls": words}
