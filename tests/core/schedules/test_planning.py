"""Schedules are made, changed, paused and removed by managers, and each is audited."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditLog
from app.core.db import db
from app.core.errors import (
    InvalidInputError,
    InvalidParametersError,
    PermissionDeniedError,
    PluginError,
    UnknownRunTypeError,
)
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.schedules.models import Schedule
from app.core.schedules.planning import (
    change_schedule,
    create_schedule,
    pause_schedule,
    remove_schedule,
    resume_schedule,
)
from app.core.schedules.queries import find_schedule, latest_slots, list_schedules, slots_of
from app.core.schedules.tick import start_due
from app.core.users import Role, set_membership
from tests.support.databases import on_both_databases
from tests.support.schedules import audited, make_schedule, plan, slots

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Count(BaseModel):
    """A number and a name."""

    number: int = Field(default=1, le=9)
    token: str = ""


@pytest.fixture(autouse=True)
def _probe(offer):
    offer(lambda _run: None, params=Count)


@pytest.fixture
def manager(make_user, tenant):
    return make_user(tenant=tenant, role=Role.MANAGER)


def create(tenant, user=None, **changes):
    return create_schedule(current_catalog(), tenant, plan(**changes), user)


def schedules():
    return list(db.session.scalars(select(Schedule)))


@on_both_databases
def test_a_new_schedule_counts_from_now(tenant, manager, fresh):
    schedule = fresh(create(tenant, manager, name="  Hourly  ", cron=" 0  * * * * ", params={"number": "3"}))

    assert (schedule.name, schedule.cron, schedule.time_zone) == ("Hourly", "0 * * * *", "UTC")
    assert schedule.params == {"number": 3, "token": ""}
    assert (schedule.created_by, schedule.created_by_id, schedule.is_default) == (
        manager.email,
        manager.id,
        False,
    )
    assert abs(schedule.since - clock.now()) < HOUR
    assert schedule.since < schedule.due_at <= schedule.since + HOUR
    assert audited() == [("schedule.created", f"schedule:{schedule.id}", manager.email)]


def test_secrets_among_the_parameters_are_not_in_the_audit_log(tenant):
    create(tenant, params={"token": "hunter2"})

    entry = db.session.scalar(select(AuditLog).where(AuditLog.action == "schedule.created"))
    assert "hunter2" not in str(entry.details)
    assert entry.details["cron"] == "0 * * * *"


def test_everything_that_is_wrong_is_named_at_once(tenant):
    with pytest.raises(InvalidParametersError) as caught:
        create(tenant, name=" ", cron="x", time_zone="Europe/Nowhere", params={"number": 99})

    assert set(caught.value.errors) == {"name", "cron", "time_zone", "params.number"}
    assert schedules() == []
    assert audited() == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "two\nlines"])
def test_a_name_has_one_to_eighty_characters_on_one_line(tenant, name):
    with pytest.raises(InvalidParametersError, match="a name has 1 to 80 characters"):
        create(tenant, name=name)


@on_both_databases
def test_a_name_is_given_once_in_a_tenant(tenant, make_tenant, manager):
    create(tenant, manager)
    create(make_tenant())

    with pytest.raises(InvalidParametersError) as caught:
        create(tenant, manager, cron="30 * * * *")

    assert list(caught.value.errors) == ["name"]
    assert len(schedules()) == 2


@on_both_databases
def test_a_schedule_cannot_take_the_name_of_another(tenant, fresh):
    create(tenant, name="First")
    second = create(tenant, name="Second")

    with pytest.raises(InvalidParametersError) as caught:
        change_schedule(current_catalog(), tenant, second.id, plan(name="First", cron="30 * * * *"))

    assert list(caught.value.errors) == ["name"]
    assert (fresh(second).name, fresh(second).cron) == ("Second", "0 * * * *")


def test_an_operation_that_nobody_offers_cannot_be_scheduled(tenant):
    with pytest.raises(UnknownRunTypeError, match=r"no_such\.thing"):
        create(tenant, run_type="no_such.thing")


@pytest.mark.parametrize("role", [Role.READONLY, Role.OPERATOR])
def test_who_is_no_manager_can_do_nothing(tenant, make_user, role):
    user, schedule, catalog = make_user(tenant=tenant, role=role), create(tenant), current_catalog()

    for attempt in (
        lambda: create(tenant, user, name="Mine"),
        lambda: change_schedule(catalog, tenant, schedule.id, plan(cron="30 * * * *"), user),
        lambda: pause_schedule(catalog, tenant, schedule.id, user),
        lambda: resume_schedule(catalog, tenant, schedule.id, user),
        lambda: remove_schedule(catalog, tenant, schedule.id, user),
    ):
        with pytest.raises(PermissionDeniedError):
            attempt()
        db.session.rollback()

    assert audited() == [("schedule.created", f"schedule:{schedule.id}", "system")]


def test_a_manager_who_may_not_start_the_operation_may_not_schedule_it(tenant, manager, offer):
    offer(lambda _run: None, run_type="owner.only", plugin="owner", role=Role.OWNER)

    with pytest.raises(PermissionDeniedError):
        create(tenant, manager, run_type="owner.only")

    set_membership(manager, tenant, Role.OWNER)
    assert create(tenant, manager, run_type="owner.only").id


@on_both_databases
def test_what_was_changed_is_audited_and_nothing_else(tenant, manager, fresh):
    schedule = create(tenant)

    change_schedule(current_catalog(), tenant, schedule.id, plan(name="Other", params={"number": 2}), manager)

    entry = db.session.scalar(select(AuditLog).where(AuditLog.action == "schedule.changed"))
    assert (entry.actor, entry.user_id) == (manager.email, manager.id)
    assert entry.details == {
        "from": {"name": "Hourly probe", "params": {"number": 1, "token": "[hidden]"}},
        "to": {"name": "Other", "params": {"number": 2, "token": "[hidden]"}},
    }
    assert fresh(schedule).name == "Other"


def test_a_change_that_changes_nothing_is_not_audited(tenant, fresh):
    schedule = create(tenant)
    before = fresh(schedule).changed_at

    change_schedule(current_catalog(), tenant, schedule.id, plan())

    assert len(audited()) == 1
    assert fresh(schedule).changed_at == before


def test_another_name_does_not_lose_a_slot_that_is_due(tenant):
    schedule = make_schedule(tenant, since=NOON - HOUR / 2)

    change_schedule(current_catalog(), tenant, schedule.id, plan(name="Other"))

    assert start_due(current_catalog(), NOON) == 1


def test_the_operation_of_a_schedule_stays(tenant, offer, fresh):
    offer(lambda _run: None, run_type="other.check", plugin="other", role=Role.OWNER)
    schedule = create(tenant)

    change_schedule(current_catalog(), tenant, schedule.id, plan(run_type="other.check", name="Other"))

    assert (fresh(schedule).run_type, fresh(schedule).name) == ("probe.check", "Other")


def test_a_paused_schedule_can_be_changed_and_stays_paused(tenant, fresh):
    schedule = create(tenant)
    pause_schedule(current_catalog(), tenant, schedule.id)

    change_schedule(current_catalog(), tenant, schedule.id, plan(cron="30 * * * *"))

    assert (fresh(schedule).is_enabled, fresh(schedule).due_at) == (False, None)
    resume_schedule(current_catalog(), tenant, schedule.id)
    assert fresh(schedule).due_at.minute == 30


@on_both_databases
def test_pausing_and_resuming_are_audited_once(tenant, manager, fresh):
    schedule, catalog = create(tenant), current_catalog()

    for _ in range(2):
        pause_schedule(catalog, tenant, schedule.id, manager)
    assert (fresh(schedule).is_enabled, fresh(schedule).pause_reason) == (
        False,
        f"Paused by {manager.email}.",
    )
    for _ in range(2):
        resume_schedule(catalog, tenant, schedule.id, manager)

    assert (fresh(schedule).is_enabled, fresh(schedule).pause_reason) == (True, None)
    assert [action for action, _, _ in audited()] == [
        "schedule.created",
        "schedule.paused",
        "schedule.resumed",
    ]


@on_both_databases
def test_a_removed_schedule_leaves_its_runs(tenant, manager):
    schedule = make_schedule(tenant, since=NOON - HOUR / 2)
    start_due(current_catalog(), NOON)
    [slot] = slots(schedule)

    assert remove_schedule(current_catalog(), tenant, schedule.id, manager) == "Hourly probe"

    assert schedules() == []
    assert slots_of(tenant, schedule.id) == []
    assert slot.run_id is not None
    assert audited()[-1] == ("schedule.removed", f"schedule:{schedule.id}", manager.email)


def test_what_is_scheduled_can_be_paused_and_removed_when_its_plugin_is_gone(app, tenant, manager):
    schedule = create(tenant)
    app.extensions[EXTENSION].drop(PluginError("probe", "import", "gone"))

    pause_schedule(current_catalog(), tenant, schedule.id, manager)
    remove_schedule(current_catalog(), tenant, schedule.id, manager)

    assert schedules() == []


def test_a_schedule_of_another_tenant_is_as_one_that_is_not_there(tenant, make_tenant):
    schedule, other, catalog = create(tenant), make_tenant(), current_catalog()

    for schedule_id in (schedule.id, 4711, 10**30, -1):
        for attempt in (pause_schedule, resume_schedule, remove_schedule):
            with pytest.raises(InvalidInputError, match=f"no schedule {schedule_id}"):
                attempt(catalog, other, schedule_id)
        assert find_schedule(other, schedule_id) is None

    assert (list_schedules(other), latest_slots(other), slots_of(other, schedule.id)) == ([], {}, [])


@on_both_databases
def test_each_schedule_is_listed_with_its_newest_slot(tenant):
    schedule = make_schedule(tenant, since=NOON - HOUR / 2)
    create(tenant, name="Another")
    for hours in range(3):
        start_due(current_catalog(), NOON + hours * HOUR)

    assert [found.name for found in list_schedules(tenant)] == ["Another", "Hourly probe"]
    [(schedule_id, newest)] = latest_slots(tenant).items()
    assert (schedule_id, newest.slot) == (schedule.id, NOON + 2 * HOUR)
    assert [slot.slot for slot in slots_of(tenant, schedule.id)] == [
        NOON + hours * HOUR for hours in (2, 1, 0)
    ]


@on_both_databases
def test_a_person_who_is_deleted_leaves_the_schedule_with_the_name(tenant, manager, fresh):
    schedule, email = create(tenant, manager), manager.email

    db.session.delete(db.session.merge(manager))
    db.session.commit()

    assert (fresh(schedule).created_by_id, fresh(schedule).created_by) == (None, email)


def test_a_person_schedules_nothing_that_only_an_administrator_may_ask_for(tenant, manager, offer):
    def permits(_tenant, params):
        if params.number == 9:
            raise InvalidParametersError({"number": "ask an administrator"})

    offer(lambda _run: None, run_type="strict.check", plugin="strict", params=Count, permits=permits)
    wanted = {"run_type": "strict.check"}

    with pytest.raises(InvalidParametersError) as made:
        create(tenant, manager, **wanted, params={"number": 9})
    schedule = create(tenant, manager, **wanted, params={"number": 3})
    with pytest.raises(InvalidParametersError) as changed:
        change_schedule(current_catalog(), tenant, schedule.id, plan(**wanted, params={"number": 9}), manager)

    assert made.value.errors == changed.value.errors == {"params.number": "ask an administrator"}
    by_administrator = create(tenant, **wanted, params={"number": 9}, name="By the administrator")
    assert by_administrator.params["number"] == 9
