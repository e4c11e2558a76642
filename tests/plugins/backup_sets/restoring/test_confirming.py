"""Who may start a restore, what has to be typed, and what is refused: written nowhere, and audited."""

import json

import pytest
from sqlalchemy import select

from app.core import PermissionDeniedError, Role, current_catalog, db, find_run
from app.core.audit import AuditLog
from app.core.runs.models import BulkOperationRun
from app.core.runs.retry import retry_run
from app.plugins.backup_sets.sets import create_set
from tests.plugins.backup_sets.restoring.conftest import DEVICES, HOME
from tests.support.browsing import location
from tests.support.stored import rows

GENERAL = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration"}


@pytest.fixture
def manager(sign_in, make_user, tenant):
    return sign_in(make_user(tenant=tenant, role=Role.MANAGER))


@pytest.fixture
def path(tenant, backup_set):
    return f"/t/{tenant.slug}/backup-sets/{backup_set.id}/restore"


@pytest.fixture
def gone(graph, home, keep, sync, items):
    """The number of the version of a policy A that is gone from the tenant."""
    there = home(DEVICES, displayName="A", **GENERAL)
    home(DEVICES, displayName="B", **GENERAL)
    keep()
    graph.take_away(HOME, DEVICES, there)
    sync()
    return items()["A"].id


@pytest.fixture
def refusals():
    """Reasons of refused restores in the audit log."""

    def found():
        query = select(AuditLog).where(AuditLog.action == "backup_set.restore_refused")
        entries = db.session.scalars(query).all()
        db.session.commit()
        return [entry.details["reason"] for entry in entries]

    return found


def sent(params, **changes):
    values = params | changes
    return {"item": values["item_ids"], "plan": values["plan"], "confirm": values["confirm"]}


def test_a_manager_selects_confirms_and_the_policy_is_back(
    manager, graph, path, gone, confirmed, worker, backup_set
):
    plan = manager.get(path).text
    assert f'name="item" value="{gone}"' in plan
    assert plan.count('name="item"') == 1, "what would not be written cannot be selected"
    page = manager.get(f"{path}/confirm?item={gone}").text
    assert "Type “Fictional Ltd” to confirm" in page
    params = confirmed(gone)
    assert params["plan"] in page

    answer = manager.submit(path, sent(params))
    assert "queued" in manager.get(location(answer)).text
    worker()

    assert "A" in graph.all_of(HOME, DEVICES)
    page = manager.get(f"{path.removesuffix('/restore')}").text
    assert "Restore from a backup set" in page


def test_an_operator_sees_the_plan_and_restores_nothing(browser, path, gone, confirmed):
    assert "Restore selected" not in browser.get(path).text
    assert browser.get(f"{path}/confirm?item={gone}").status_code == 403
    assert browser.submit(path, sent(confirmed(gone))).status_code == 403
    assert rows(BulkOperationRun) == 3, "two syncs and one addition"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"confirm": "fictional"}, "type the tenant"),
        ({"confirm": ""}, "type the tenant"),
        ({"plan": "0" * 64}, "has changed since the plan was made"),
        ({"plan": "abc"}, "plan"),
    ],
)
def test_a_wrong_name_or_another_plan_starts_nothing_and_is_audited(
    manager, path, gone, confirmed, refusals, changes, said
):
    answer = manager.submit(path, sent(confirmed(gone), **changes))

    assert answer.status_code == 422
    assert said in answer.text
    assert rows(BulkOperationRun) == 3
    assert said in refusals()[0]


def test_a_plan_is_stale_once_a_sync_saw_something_else(manager, graph, path, gone, confirmed, items, sync):
    left = items()["B"].id
    params = confirmed(gone, left)
    graph.change(HOME, DEVICES, graph.all_of(HOME, DEVICES)["B"]["id"], cameraBlocked=True)
    sync()

    answer = manager.submit(path, sent(params))

    assert answer.status_code == 422
    assert "has changed since the plan was made" in answer.text
    assert confirmed(gone, left)["plan"] in answer.text, "the plan of now is shown"


def test_versions_of_another_set_or_tenant_are_403_alike_and_audited(
    manager, path, gone, confirmed, make_tenant, tenant, refusals
):
    theirs = create_set(make_tenant(), "Theirs")

    for item_id in (4711, 10**8):
        answer = manager.submit(path, sent(confirmed(gone), item_ids=[item_id]))
        assert answer.status_code == 403
        assert manager.get(f"{path}/confirm?item={item_id}").status_code == 403
    for number in (theirs.id, 4711):
        address = f"/t/{tenant.slug}/backup-sets/{number}/restore"
        assert manager.submit(address, sent(confirmed(gone))).status_code == 403
    assert len(refusals()) == 2
    assert rows(BulkOperationRun) == 3


def test_choosing_nothing_leads_back_to_the_plan(manager, path, gone):
    assert "Nothing was chosen" in manager.get(f"{path}/confirm").text


def test_a_tenant_that_is_not_connected_is_told_so_before_it_is_started(manager, path, gone, tmp_path):
    (tmp_path / "graph.json").write_text("{}")

    assert "This tenant is not connected" in manager.get(f"{path}/confirm?item={gone}").text


def test_the_command_line_restores_what_its_plan_named(flask_cli, tenant, backup_set, graph, gone):
    printed = flask_cli("backup-sets", "plan", tenant.slug, backup_set.id, gone, "--json")
    digest = json.loads(printed.stdout)["plan"]
    restore = ("backup-sets", "restore", tenant.slug, backup_set.id, gone, "--plan", digest, "--inline")

    assert flask_cli(*restore, "--confirm", "Somebody else").exit_code == 2
    assert graph.requests == []
    told = json.loads(flask_cli(*restore, "--confirm", tenant.name, "--json").stdout)

    assert (told["status"], told["planned"]["create"]) == ("completed", 1)
    assert "A" in graph.all_of(HOME, DEVICES)


def test_repeating_needs_a_manager_of_today(tenant, make_user, graph, gone, restore):
    graph.fault("POST", DEVICES, 400)
    run = restore(gone)
    operator = make_user(tenant=tenant)

    with pytest.raises(PermissionDeniedError):
        retry_run(current_catalog(), tenant, run.id, operator)

    assert find_run(tenant, run.id).failed == 1
