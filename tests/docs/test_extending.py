"""The guide's plugins that extend the product do so as printed."""

import re
from pathlib import Path

import pytest

from app.core.delivery.sending import deliver_due
from app.core.registry.catalog import current_catalog
from app.core.runs.new_run import Initiator
from app.core.tokens import create_token
from app.core.users import Role
from app.plugins.inventory.store.snapshots import find_sync, policies_at
from tests.support.channels import deliveries, listen
from tests.support.snapshots import generate_drift, run_now

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
HARBOURS, PAGERS, BERTHS = re.findall(
    r"executed by tests/docs/test_extending\.py -->\n```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL
)


@pytest.fixture(autouse=True)
def _printed(drop_in):
    drop_in("harbours", HARBOURS)
    drop_in("pagers", PAGERS)
    drop_in("berths", BERTHS)


@pytest.fixture
def read(app, tenant):
    def read_harbour(**options):
        return run_now(tenant, "inventory.sync", {"source": "harbour", "name": "North", **options})

    return read_harbour


@pytest.fixture
def browser(sign_in, operator):
    return sign_in(operator)


def test_the_plugin_loads_without_a_complaint(app, flask_cli):
    assert flask_cli("plugins", "doctor").exit_code == 0
    assert "harbours.measure" in flask_cli("plugins", "list").stdout


def test_its_source_is_read_and_its_policies_have_its_type(read, tenant, browser):
    run = read()

    (policy,) = policies_at(find_sync(tenant, run.id))
    assert run.status == "completed"
    assert (policy.collection, policy.policy_type) == ("berth", "harbourBerth")
    assert policy.display_name == "North berth"
    assert "In metres." in browser.get(f"/t/{tenant.slug}/inventory/new/harbour").text


def test_its_rule_its_finding_and_its_card_are_shown(read, tenant, browser):
    drift = generate_drift(tenant, read(depth=9), read(depth=2))
    found = run_now(tenant, "harbours.measure", {})

    page = browser.get(f"/t/{tenant.slug}/findings").text
    home = browser.get(f"/t/{tenant.slug}/").text

    assert (drift.summary["findings"]["modified"], found.status) == (1, "completed")
    assert drift.summary["hidden_changes_by_rule"] == {"tides": 1}
    assert "Berths, harbourBerth" in page
    assert "Shallow berth" in page
    assert "since dawn" in home


def test_its_channel_calls_and_says_whom_it_cannot_call(read, tenant):
    for number in ("112", "0"):
        listen(tenant, name=number, channel="pager", number=number, pin="1234")
    read()
    deliver_due()

    plugin = current_catalog().plugins["pagers"]
    assert plugin.notification_channels[0].deliver.__globals__["CALLS"] == [
        "112: Inventory sync: succeeded (Fictional Ltd)"
    ]
    assert {one.said for one in deliveries()} == {None, "Nobody has this number."}


def test_its_berths_are_read_by_programs(client, tenant, make_user):
    maker = make_user(tenant=tenant, role=Role.MANAGER)
    secret = create_token(tenant, maker, {"name": "Script"}, Initiator()).secret
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    path = f"/api/v1/tenants/{tenant.slug}/berths"

    first = client.get(f"{path}?deeper_than=3&limit=1").json
    assert first == {"berths": [{"id": 1, "depth": 9.5}], "next_cursor": "1"}
    assert client.get(f"{path}?deeper_than=3&cursor=1").json["berths"] == [{"id": 3, "depth": 4.5}]
    assert client.get(f"{path}/2").json == {"id": 2, "depth": 2.0}
    statuses = [client.get(path + more).status_code for more in ("/4", "?cursor=x", "?deeper_than=-1")]
    assert statuses == [403, 422, 422]
