import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import PluginError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.schedules.defaults import ensure_schedule
from app.core.schedules.models import Schedule
from app.core.schedules.tick import start_due
from tests.support.schedules import audited, make_schedule, plan

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADD = ("schedules", "add", "--tenant", "fictional", "--run-type", "probe.check")


class Secret(BaseModel):
    token: str


@pytest.fixture(autouse=True)
def _probe(tenant, offer):
    offer(lambda _run: None)


def count():
    return db.session.scalar(select(func.count()).select_from(Schedule))


def test_a_schedule_is_added_with_the_operations_label_in_utc(flask_cli, fresh):
    result = flask_cli(*ADD, "--cron", "0 3 * * *")

    assert result.exit_code == 0, result.output
    schedule = db.session.scalar(select(Schedule))
    assert (schedule.name, schedule.cron, schedule.time_zone) == ("Probe", "0 3 * * *", "UTC")
    assert result.stdout.startswith(f"Schedule {schedule.id} added: Probe, first at 2")
    assert audited() == [("schedule.created", f"schedule:{schedule.id}", "system")]


def test_schedules_are_listed_with_what_comes_next_and_what_came_last(run_json, tenant, make_tenant):
    schedule = make_schedule(tenant, since=NOON - timedelta(minutes=30), time_zone="Europe/Berlin")
    make_schedule(make_tenant("other"), name="Elsewhere")
    start_due(current_catalog(), NOON)

    status, rows = run_json("schedules", "list")
    _, of_one = run_json("schedules", "list", "--tenant", "fictional")

    assert status == 0
    assert {(row["tenant"], row["name"], row["state"]) for row in rows} == {
        ("fictional", "Hourly probe", "active"),
        ("other", "Elsewhere", "active"),
    }
    [row] = of_one
    assert (row["id"], row["run_type"], row["time_zone"]) == (schedule.id, "probe.check", "Europe/Berlin")
    assert len(row["next"]) == 3
    assert (row["last"]["slot"], row["last"]["outcome"]) == (NOON.isoformat(), "started")
    assert row["last"]["run_id"] is not None


def test_people_read_why_a_schedule_starts_nothing(flask_cli, app, tenant):
    make_schedule(tenant)
    app.extensions[EXTENSION].drop(PluginError("probe", "import", "gone"))

    said = flask_cli("schedules", "list").stdout

    assert "waiting, No plugin offers probe.check any more." in said


def test_without_schedules_the_list_is_empty(flask_cli, run_json):
    assert flask_cli("schedules", "list").stdout == ""
    assert run_json("schedules", "list") == (0, [])


def test_a_schedule_is_paused_resumed_and_removed(flask_cli, tenant, fresh):
    schedule = make_schedule(tenant)

    assert flask_cli("schedules", "pause", schedule.id).stdout == f"Schedule {schedule.id} is paused.\n"
    assert fresh(schedule).is_enabled is False
    assert "paused, Paused by system." in flask_cli("schedules", "list").stdout
    assert flask_cli("schedules", "resume", schedule.id).stdout == f"Schedule {schedule.id} is active.\n"
    assert fresh(schedule).is_enabled is True
    assert "is removed; its runs stay" in flask_cli("schedules", "remove", schedule.id).stdout
    assert count() == 0
    assert [action for action, _, _ in audited()] == [
        "schedule.created",
        "schedule.paused",
        "schedule.resumed",
        "schedule.removed",
    ]


@pytest.mark.parametrize("verb", ["pause", "resume", "remove"])
@pytest.mark.parametrize("number", ["4711", str(10**30)])
def test_a_schedule_that_is_not_there_is_a_wrong_call(flask_cli, verb, number):
    result = flask_cli("schedules", verb, number)

    assert result.exit_code == 2
    assert f"no schedule {number}" in result.stderr


def test_a_default_schedule_is_not_removed(flask_cli, tenant):
    ensure_schedule(tenant, "Nightly", "probe.check", {}, "0 3 * * *")
    schedule_id = db.session.scalar(select(Schedule.id))

    result = flask_cli("schedules", "remove", schedule_id)

    assert result.exit_code == 2
    assert "pause it instead" in result.stderr
    assert count() == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cron", "61 * * * *"], "cron: '61 * * * *'"),
        (["--cron", "0 0 30 2 *"], "cron: '0 0 30 2 *'"),
        (["--cron", "0 3 * * *", "--time-zone", "Europe/Nowhere"], "time_zone: 'Europe/Nowhere'"),
        (["--cron", "0 3 * * *", "--params", "{"], "--params is not JSON"),
        (["--cron", "0 3 * * *", "--params", "[1]"], "--params is not a JSON object"),
        (["--cron", "0 3 * * *", "--params", '{"colour": 1}'], "params.colour"),
        (["--cron", "0 3 * * *", "--name", "x" * 81], "a name has 1 to 80 characters"),
        (["--cron", "0 3 * * *", "--name", plan().name], "the name of another schedule"),
        (["--cron", "0 3 * * *", "--run-type", "no_such.thing"], "no_such.thing"),
        (["--cron", "0 3 * * *", "--tenant", "nowhere"], "no tenant 'nowhere'"),
        ([], "--cron"),
    ],
)
def test_a_wrong_schedule_names_the_offender_and_adds_nothing(flask_cli, tenant, options, words):
    make_schedule(tenant)

    result = flask_cli(*ADD, *options)

    assert result.exit_code == 2
    assert words in result.stderr.replace("\n", " ")
    assert count() == 1


def test_secrets_among_the_parameters_are_not_listed(flask_cli, tenant, offer):
    offer(lambda _run: None, run_type="sealed.check", plugin="sealed", params=Secret)
    make_schedule(tenant, run_type="sealed.check", params={"token": "hunter2"})

    [row] = json.loads(flask_cli("schedules", "list", "--json").stdout)

    assert row["params"] == {"token": "[hidden]"}
