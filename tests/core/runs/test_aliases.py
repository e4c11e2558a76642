"""An operation that was renamed: whatever is stored under its former run type goes on."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import ItemFailedError, PluginError
from app.core.registry.catalog import EXTENSION, current_catalog
from app.core.registry.contract import ReasonCode
from app.core.runs import lifecycle, queries
from app.core.runs.execute import execute_run
from app.core.runs.models import BulkOperationRun
from app.core.runs.retry import retry_run
from app.core.runs.start import start_operation
from app.core.runs.status import RunStatus
from app.core.runs.tally import Tally
from app.core.runs.worker import _card
from app.core.schedules.defaults import ensure_schedule
from app.core.schedules.models import Schedule, SlotOutcome
from app.core.schedules.planning import change_schedule
from app.core.schedules.tick import start_due
from app.core.users import Role
from tests.support.browsing import location
from tests.support.databases import on_both_databases
from tests.support.schedules import audited, make_schedule, plan, slots

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FORMER, TODAYS = "probe.check", "probe.examine"
HUB = "/t/fictional/monitoring/operations"


@pytest.fixture
def before(offer):
    """Offer the operation under its former run type."""
    return lambda execute=lambda _run: None, **declared: offer(execute, run_type=FORMER, **declared)


@pytest.fixture
def rename(app, offer):
    """The plugin's next version: the same operation under another run type."""

    def anew(execute=lambda _run: None, *, aliases=(FORMER,), **declared):
        catalog = app.extensions[EXTENSION]
        if "probe" in catalog.plugins:
            catalog.drop(PluginError("probe", "validate", "upgraded"))
        return offer(execute, run_type=TODAYS, aliases=aliases, label="Examine", **declared)

    return anew


def start(tenant, run_type, params=None):
    return start_operation(current_catalog(), tenant, run_type, params or {})


def runs():
    run = BulkOperationRun
    rows = db.session.execute(select(run.resource, run.action, run.status).order_by(run.id)).all()
    db.session.commit()
    return [(f"{resource}.{action}", str(status)) for resource, action, status in rows]


@on_both_databases
def test_a_pending_run_of_the_former_name_is_executed(tenant, before, rename, worker):
    before()
    start(tenant, FORMER)
    seen = []
    rename(lambda run: seen.append(run.id))

    assert worker() == 1

    assert len(seen) == 1
    assert runs() == [(FORMER, "completed")]


@on_both_databases
def test_a_start_under_the_former_name_is_a_run_of_todays(tenant, rename, flask_cli):
    rename()

    answer = flask_cli("runs", "start", FORMER, "--tenant", "fictional", "--inline", "--json")

    assert json.loads(answer.stdout)["run_type"] == TODAYS
    assert runs() == [(TODAYS, "completed")]


@on_both_databases
def test_equal_work_of_the_former_name_is_still_equal(tenant, before, rename):
    before()
    first = start(tenant, FORMER)
    rename()

    again = start(tenant, TODAYS)

    assert (again.created, again.run.id) == (False, first.run.id)


@on_both_databases
def test_a_run_of_the_former_name_is_repeated_as_todays(tenant, before, rename, worker, fresh):
    def refuse(run):
        for item in run.items:
            with run.item(item):
                raise ItemFailedError("not_found", "It is gone.")

    declared = {"items": lambda _tenant, _params: ["a", "b"]}
    before(refuse, **declared)
    first = start(tenant, FORMER)
    worker()
    rename(**declared)

    again = retry_run(current_catalog(), tenant, first.run_id, failed_only=True)

    assert (again.run.run_type, again.run.retry_of_id) == (TODAYS, first.run_id)
    assert again.run.item_ids == ["a", "b"]


@on_both_databases
def test_runs_of_both_names_share_a_tenants_limit(app, tenant, before, rename, worker):
    before(concurrency=1, idempotency_key=lambda _tenant, _params: "former")
    running = start(tenant, FORMER).run
    lease = lifecycle.claim(running.id, "worker-1", 60)
    rename(concurrency=1)
    waiting = start(tenant, TODAYS).run

    execute_run(waiting.id)
    assert runs() == [(FORMER, "running"), (TODAYS, "pending")]
    assert queries.first_pending(tenant, current_catalog().run_types[FORMER]) == waiting.id

    lifecycle.finish(lease, RunStatus.FAILED, Tally())
    execute_run(waiting.id)
    assert runs() == [(FORMER, "failed"), (TODAYS, "completed")]


@on_both_databases
def test_a_schedule_of_the_former_name_starts_todays_operation(tenant, before, rename):
    before()
    schedule = make_schedule(tenant, run_type=FORMER, since=NOON - timedelta(minutes=30))
    rename()

    assert start_due(current_catalog(), NOON) == 1

    assert [slot.outcome for slot in slots(schedule)] == [SlotOutcome.STARTED]
    assert runs() == [(TODAYS, "pending")]


def test_a_schedule_of_the_former_name_is_shown_edited_and_kept_under_todays(
    tenant, before, rename, make_user, sign_in, fresh
):
    before()
    schedule = make_schedule(tenant, run_type=FORMER)
    rename()
    browser = sign_in(make_user(tenant=tenant, role=Role.MANAGER))

    page = browser.get(f"/t/fictional/schedules/{schedule.id}").text
    assert "Examine" in page
    assert "/edit" in page
    assert browser.get(f"/t/fictional/schedules/{schedule.id}/edit").status_code == 200

    change_schedule(current_catalog(), tenant, schedule.id, plan(name="Renamed", run_type=FORMER))
    assert fresh(schedule).run_type == TODAYS
    assert audited()[-1][0] == "schedule.changed"


def test_a_default_schedule_is_not_made_again_under_todays_name(tenant, before, rename):
    before()
    assert ensure_schedule(tenant, "Nightly", FORMER, {}, "0 3 * * *")
    rename()

    assert not ensure_schedule(tenant, "Nightly", TODAYS, {}, "0 3 * * *")

    assert len(db.session.scalars(select(Schedule)).all()) == 1


def test_who_follows_the_former_name_follows_todays(tenant, rename, offer, worker):
    rename()
    offer(lambda _run: None, run_type="other.do", plugin="other", follows={FORMER: lambda _facts: {}})
    start(tenant, TODAYS)

    worker()

    assert runs() == [(TODAYS, "completed"), ("other.do", "completed")]


@pytest.mark.parametrize("chosen", [FORMER, TODAYS])
def test_the_hub_shows_both_names_as_one_type(rename, operator, sign_in, make_run, chosen):
    rename()
    make_run(run_type=FORMER, label="Probe of old")
    make_run(run_type=TODAYS, label="Probe of today")
    make_run(run_type="other.thing", label="Something else")

    page = sign_in(operator).get(f"{HUB}?type={chosen}").text

    assert "Probe of old" in page
    assert "Probe of today" in page
    assert "Something else" not in page
    assert f'<option value="{TODAYS}" selected>Examine</option>' in page
    assert f'<option value="{FORMER}"' not in page


def test_the_page_of_a_run_of_the_former_name_explains_its_failures(rename, operator, sign_in, make_run):
    rename(reason_codes={"not_found": ReasonCode("Policy is gone", "Import again.")})
    run = make_run(RunStatus.COMPLETED, failed=1, run_type=FORMER)

    page = sign_in(operator).get(f"{HUB}/{run.id}").text

    assert "Policy is gone" in page
    assert "Import again." in page


def test_the_start_form_answers_under_the_former_name(rename, operator, sign_in):
    rename()
    browser = sign_in(operator)

    assert "Examine" in browser.get(f"/t/fictional/start/{FORMER}").text
    assert location(browser.submit(f"/t/fictional/start/{FORMER}")) == f"{HUB}/1"
    assert runs() == [(TODAYS, "pending")]


def test_a_worker_says_that_it_executes_both_names(app, rename):
    rename()

    assert {FORMER, TODAYS} <= set(_card(app, 1).run_types)
