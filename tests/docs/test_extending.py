"""The guide's plugins that extend the product do so as printed."""

import re
from pathlib import Path

import pytest

from app.core.delivery.sending import deliver_due
from app.core.registry.catalog import current_catalog
from app.plugins.inventory.store.snapshots import find_sync, policies_at
from tests.support.channels import deliveries, listen
from tests.support.snapshots import generate_drift, run_now

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
HARBOURS, PAGERS = re.findall(
    r"executed by tests/docs/test_extending\.py -->\n```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL
)


@pytest.fixture(autouse=True)
def _printed(drop_in):
    drop_in("harbours", HARBOURS)
    drop_in("pagers", PAGERS)


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
