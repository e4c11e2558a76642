"""Policy types of another plugin: recognized beside inventory's own, and what is left without the plugin."""

import json

import pytest

from app.core.registry.catalog import EXTENSION
from app.plugins.inventory.policy_types import POLICY_TYPES
from app.plugins.inventory.store.snapshots import coverage_of, policies_at, problems_of
from tests.support.snapshots import compliance

DOORS = """
from app.core import Plugin, PolicyShape, PolicyType
doors = PolicyType(
    key="doorPolicy",
    label="Doors",
    graph_type="doorLock",
    members=r"(?:steel|oak)Door",
    endpoints=("buildings/doors",),
    folders=("Door Policies",),
    shapes=(PolicyShape(("hinges", "keyholes"), graph_type="oakDoor"), PolicyShape(("bolts/length",))),
    name_fields=("title",),
)
plugin = Plugin(name="doors", version="1", policy_types=(doors,))
"""
GRAPH = "https://graph.microsoft.com/beta/$metadata#"


@pytest.fixture
def doors(drop_in):
    drop_in("doors", DOORS)


@pytest.fixture
def read(take, sync_of):
    """(collection, policy type, name) of every policy of an export, and the remarks."""

    def read_all(files):
        sync = sync_of(take(files))
        policies = {(row.collection, row.policy_type, row.display_name) for row in policies_at(sync)}
        return policies, [problem.reason_code for problem in problems_of(sync)]

    return read_all


def test_a_declared_type_is_recognized_in_every_way_and_named_by_its_field(doors, read):
    policies, remarks = read(
        {
            "1.json": {"@odata.type": "#microsoft.graph.doorLock", "title": "by type", "displayName": "no"},
            "2.json": {"@odata.type": "#microsoft.graph.SteelDoor", "title": "by pattern"},
            "3.json": {"@odata.context": GRAPH + "buildings/doors/$entity", "title": "by context"},
            "4.json": {"title": "by shape", "Hinges": 2, "keyholes": 1},
            "5.json": {"title": "by what a list holds", "bolts": [{"length": 3}]},
            "Door-Policies/6.json": {"title": "by folder"},
            "7_oakDoor.json": {"title": "by file name"},
        }
    )

    assert policies == {
        ("doorPolicy", "doorLock", "by type"),
        ("doorPolicy", "SteelDoor", "by pattern"),
        ("doorPolicy", "doorLock", "by context"),
        ("doorPolicy", "oakDoor", "by shape"),
        ("doorPolicy", "doorLock", "by what a list holds"),
        ("doorPolicy", "doorLock", "by folder"),
        ("doorPolicy", "oakDoor", "by file name"),
    }
    assert remarks == []


def test_without_the_declaration_the_same_type_is_unknown(app, read):
    policies, remarks = read({"1.json": {"@odata.type": "#microsoft.graph.doorLock", "name": "by type"}})

    assert policies == {("doorLock", "doorLock", "by type")}
    assert remarks == ["unknown_type"]


def test_an_unreadable_document_marks_the_declared_type_as_incomplete(doors, take, sync_of):
    run = take({"Door Policies/1.json": {"title": "Front"}, "Door Policies/2.json": b"{broken"})

    assert coverage_of(sync_of(run))["doorPolicy"].state == "truncated"


def test_pages_and_drift_call_it_by_its_label(doors, browser, tenant, take, compare, drifted):
    first = take({"Door Policies/1.json": {"title": "Front", "open": False}})
    second = take({"Door Policies/1.json": {"title": "Front", "open": True}})
    compare(first, second)

    assert drifted() == {("modified", "Front")}
    assert "Doors" in browser.get(f"/t/{tenant.slug}/inventory/syncs/{second.id}").text
    assert "Doors, doorLock" in browser.get(f"/t/{tenant.slug}/findings").text


def test_when_the_plugin_is_gone_its_key_is_shown_and_nothing_is_called_removed(
    doors, tenant, operator, make_app, export, take, drifted
):
    folder = export(
        {"a.json": compliance("A"), "1.json": {"@odata.type": "#microsoft.graph.doorLock", "title": "Front"}}
    )
    first = take(folder)

    without = make_app(plugins_disabled={"doors"})
    command = without.test_cli_runner().invoke
    assert command("inventory", "import", tenant.slug, folder, "--inline").exit_code == 0
    run = json.loads(command("drift", "generate", tenant.slug, "--inline", "--json").stdout)

    assert (run["status"], run["succeeded"], run["skipped"], run["failures"]) == ("completed", 1, 2, [])
    assert drifted() == set()
    browser = without.test_client()
    browser.sign_in(operator)
    page = browser.get(f"/t/{tenant.slug}/inventory/syncs/{first.id}")
    assert page.status_code == 200
    assert "doorPolicy" in page.text
    assert "Front" in page.text


@pytest.fixture
def greedy(drop_in):
    drop_in(
        "aardvark",
        """
        from app.core import Plugin, PolicyShape, PolicyType
        greedy = PolicyType(
            key="everything", label="Everything", graph_type="everyThing", members=r"\\w+",
            folders=("Compliance Policies",), endpoints=("deviceCompliancePolicies",),
            shapes=(PolicyShape(("displayName",)),),
        )
        plugin = Plugin(name="aardvark", version="1", policy_types=(greedy,))
        """,
    )


def test_what_the_product_recognizes_no_plugin_takes_away(greedy, read):
    policies, _ = read(
        {
            "1.json": compliance("by type"),
            "2.json": {"displayName": "by shape", "ipRanges": []},
            "3.json": {"@odata.type": "#microsoft.graph.doorLock", "displayName": "unknown to the product"},
        }
    )

    assert policies == {
        ("compliancePolicy", "iosCompliancePolicy", "by type"),
        ("namedLocation", "ipNamedLocation", "by shape"),
        ("everything", "doorLock", "unknown to the product"),
    }


def test_a_type_of_the_product_cannot_be_declared_again(install, make_app):
    install(
        "aardvark",
        """
        from app.core import Plugin, PolicyType
        mine = PolicyType(key="mine", label="Mine", graph_type="iosCompliancePolicy")
        plugin = Plugin(name="aardvark", version="1", policy_types=(mine,))
        """,
    )

    application = make_app()

    rows = json.loads(application.test_cli_runner().invoke("plugins", "list", "--json").stdout)
    (failed,) = [row for row in rows if row["state"] == "failed"]
    assert failed["name"] == "aardvark"
    assert "'iosCompliancePolicy' is listed by 'compliancePolicy' of plugin 'inventory'" in failed["reason"]
    assert application.extensions[EXTENSION].plugins["inventory"].policy_types == POLICY_TYPES
