"""Default schedules: made once a tenant, then in the hands of its managers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import InvalidInputError, UnknownRunTypeError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.schedules.defaults import ensure_for_all, ensure_schedule
from app.core.schedules.models import Schedule
from app.core.schedules.planning import change_schedule, pause_schedule, remove_schedule
from app.core.schedules.queries import list_schedules
from tests.support.databases import on_both_databases
from tests.support.schedules import audited, make_schedule, plan
from tests.support.starting import PROBE

WANTED = ("Nightly probe", "probe.check", {}, "0 3 * * *")


@pytest.fixture(autouse=True)
def _probe(app):
    app.extensions[EXTENSION].add(PROBE)


def only(tenant):
    [schedule] = list_schedules(tenant)
    return schedule


@on_both_databases
def test_a_tenant_gets_a_default_schedule_once(tenant):
    assert [ensure_schedule(tenant, *WANTED) for _ in range(3)] == [True, False, False]

    schedule = only(tenant)
    assert (schedule.name, schedule.cron, schedule.created_by) == ("Nightly probe", "0 3 * * *", "system")
    assert schedule.is_default
    assert audited() == [("schedule.created", f"schedule:{schedule.id}", "system")]


def test_what_a_manager_made_of_it_stays(tenant):
    ensure_schedule(tenant, *WANTED)
    schedule = only(tenant)
    change_schedule(current_catalog(), tenant, schedule.id, plan(name="Rarely", cron="0 3 1 * *"))
    pause_schedule(current_catalog(), tenant, schedule.id)

    assert ensure_schedule(tenant, *WANTED) is False

    assert (only(tenant).name, only(tenant).cron, only(tenant).is_enabled) == ("Rarely", "0 3 1 * *", False)


def test_a_default_schedule_is_paused_rather_than_removed(tenant):
    ensure_schedule(tenant, *WANTED)

    with pytest.raises(InvalidInputError, match="pause it instead"):
        remove_schedule(current_catalog(), tenant, only(tenant).id)

    assert only(tenant).is_default


def test_a_name_that_is_taken_gets_a_number(tenant):
    for name in ("Nightly probe", "Nightly probe 2"):
        make_schedule(tenant, name=name)

    assert ensure_schedule(tenant, *WANTED) is True

    assert [found.name for found in list_schedules(tenant) if found.is_default] == ["Nightly probe 3"]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (("Nightly", "no_such.thing", {}, "0 3 * * *"), UnknownRunTypeError),
        ((*WANTED[:3], "x"), InvalidInputError),
    ],
)
def test_a_default_that_cannot_be_is_named(tenant, wanted, error):
    with pytest.raises(error):
        ensure_schedule(tenant, *wanted)

    assert list_schedules(tenant) == []


@on_both_databases
def test_every_tenant_is_given_what_it_lacks(tenant, make_tenant):
    make_tenant()
    ensure_schedule(tenant, *WANTED)

    assert ensure_for_all(*WANTED) == 1
    make_tenant()
    assert [ensure_for_all(*WANTED), ensure_for_all(*WANTED)] == [1, 0]

    assert db.session.scalar(select(func.count()).select_from(Schedule)) == 3


@on_both_databases
def test_workers_that_ensure_at_once_make_one(app, tenant, make_tenant):
    make_tenant()
    gate = threading.Barrier(4)

    def ensure():
        with app.app_context():
            gate.wait(timeout=60)
            return ensure_for_all(*WANTED)

    with ThreadPoolExecutor(4) as pool:
        made = [future.result() for future in [pool.submit(ensure) for _ in range(4)]]

    assert sum(made) == 2
    assert db.session.scalar(select(func.count()).select_from(Schedule)) == 2
