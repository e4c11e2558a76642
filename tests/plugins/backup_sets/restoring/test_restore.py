"""`backup_set.restore` against a Graph over HTTP: what is written, what is proven, what is refused."""

from sqlalchemy import select

from app.core import db, find_run
from app.core.audit import AuditLog
from app.plugins.backup_sets.restore.references import FILTER_ID
from tests.plugins.backup_sets.restoring.conftest import (
    ACCESS,
    CATALOG,
    COMPLIANCE,
    DEVICES,
    FILTERS,
    GROUP,
    HOME,
    LOCATIONS,
)
from tests.support.databases import on_both_databases

GENERAL = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration"}
IOS = {"@odata.type": "#microsoft.graph.iosCompliancePolicy"}
ACTIONS = [
    {"ruleName": "r", "scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}]}
]
LAPTOPS = {"platform": "windows10AndLater", "rule": '(device.model -eq "x")'}


def setting(name, value):
    instance = {"settingDefinitionId": name, "choiceSettingValue": {"value": value, "children": []}}
    return {"settingInstance": {"@odata.type": "#microsoft.graph.x", **instance}}


def assignment(group, filter_id=None):
    target = {"@odata.type": GROUP, "groupId": group, FILTER_ID: filter_id}
    return {"target": target | {f"{FILTER_ID[:-2]}Type": "include" if filter_id else "none"}}


def now(graph, collection, name):
    return graph.all_of(HOME, collection)[name]


@on_both_databases
def test_a_changed_policy_is_overwritten_a_deleted_one_is_created_and_both_are_proven(
    tenant, graph, home, keep, sync, restore, told
):
    people = home("groups", displayName="People")
    changed = home(DEVICES, displayName="A", **GENERAL, cortanaBlocked=True, assignments=[assignment(people)])
    deleted = home(DEVICES, displayName="B", **GENERAL, cameraBlocked=True, assignments=[assignment(people)])
    home(DEVICES, displayName="C", **GENERAL)
    keep()
    graph.change(
        HOME,
        DEVICES,
        changed,
        cortanaBlocked=False,
        gameDvrBlocked=True,
        assignments=[],
    )
    graph.take_away(HOME, DEVICES, deleted)
    sync()

    run = restore()

    assert (run.status, run.succeeded, run.skipped) == ("completed", 2, 1)
    assert told(run)["C"][:2] == ("skipped", "already_so")
    a, b = now(graph, DEVICES, "A"), now(graph, DEVICES, "B")
    assert (a["id"], a["cortanaBlocked"], a["gameDvrBlocked"]) == (changed, True, None)
    assert (b["cameraBlocked"], b["@odata.type"]) == (True, GENERAL["@odata.type"])
    assert b["id"] != deleted
    assert [one["assignments"][0]["target"]["groupId"] for one in (a, b)] == [people, people]
    assert run.summary["planned"] == {"create": 1, "overwrite": 1, "nothing": 1, "impossible": 0}
    entries = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "backup_set.version_restored")
    ).all()
    assert {one.details["policy"]: one.details["graph_id"] for one in entries} == {"A": changed, "B": b["id"]}
    assert {one.actor for one in entries} == {"system"}


def test_the_settings_catalog_is_replaced_page_by_page_and_as_a_whole(graph, home, keep, sync, restore):
    settings = [setting(f"s{number}", "on") for number in range(5)]
    facts = {"platforms": "windows10", "technologies": "mdm", "description": "", "assignments": []}
    there = home(CATALOG, name="A", settings=settings, **facts)
    keep()
    graph.change(HOME, CATALOG, there, settings=[setting("s1", "off")], description="changed")
    sync()

    run = restore()

    assert (run.status, run.succeeded) == ("completed", 1)
    assert now(graph, CATALOG, "A")["settings"] == settings
    assert ("PUT", f"/beta/{CATALOG}/{there}") in graph.writes
    assert not [path for _, path in graph.writes if path.endswith("/assign")], "nothing to assign"


def test_scheduled_actions_of_a_compliance_policy_have_an_action_of_their_own(
    graph, home, keep, sync, restore
):
    there = home(COMPLIANCE, displayName="A", **IOS, passcodeRequired=True, scheduledActionsForRule=ACTIONS)
    deleted = home(COMPLIANCE, displayName="B", **IOS, scheduledActionsForRule=ACTIONS)
    keep()
    later = [
        {"ruleName": "r", "scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 24}]}
    ]
    graph.change(HOME, COMPLIANCE, there, passcodeRequired=False, scheduledActionsForRule=later)
    graph.take_away(HOME, COMPLIANCE, deleted)
    sync()

    run = restore()

    assert (run.status, run.succeeded) == ("completed", 2)
    assert now(graph, COMPLIANCE, "A")["scheduledActionsForRule"] == ACTIONS
    assert now(graph, COMPLIANCE, "B")["scheduledActionsForRule"] == ACTIONS
    assert f"/beta/{COMPLIANCE}/{there}/scheduleActionsForRules" in [path for _, path in graph.writes]


def test_conditional_access_gets_the_new_id_of_a_location_that_comes_back_with_it(
    graph, home, keep, sync, restore
):
    place = home(LOCATIONS, displayName="Office", **{
        "@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": True, "ipRanges": [],
    })  # fmt: skip
    conditions = {"users": {"includeUsers": ["All"]}, "locations": {"includeLocations": [place]}}
    there = home(
        ACCESS, displayName="A", state="enabled", conditions=conditions, grantControls={"operator": "OR"}
    )
    other = home(
        LOCATIONS, displayName="Other", **{"@odata.type": "#microsoft.graph.ipNamedLocation", "ipRanges": []}
    )
    keep("Office", "A")
    graph.take_away(HOME, LOCATIONS, place)
    graph.take_away(HOME, ACCESS, there)
    home(ACCESS, displayName="B", state="disabled", conditions=conditions, grantControls={"operator": "OR"})
    sync()

    run = restore()

    assert (run.status, run.succeeded) == ("completed", 2)
    new = now(graph, LOCATIONS, "Office")["id"]
    assert new not in {place, other}
    assert now(graph, ACCESS, "A")["conditions"]["locations"] == {"includeLocations": [new]}


def test_a_filter_that_was_made_anew_is_written_by_its_new_id(graph, home, keep, sync, restore):
    people, old = home("groups", displayName="People"), home(FILTERS, displayName="Laptops", **LAPTOPS)
    there = home(DEVICES, displayName="A", **GENERAL, assignments=[assignment(people, old)])
    keep("A")
    graph.take_away(HOME, FILTERS, old)
    new = home(FILTERS, displayName="Laptops", **LAPTOPS)
    graph.change(HOME, DEVICES, there, assignments=[])
    sync()

    run = restore()

    assert run.status == "completed"
    assert now(graph, DEVICES, "A")["assignments"][0]["target"][FILTER_ID] == new


def test_a_group_that_was_kept_by_name_is_asked_for_in_the_tenant(graph, home, take, add, restore, told):
    named = {"target": {"@odata.type": GROUP, "groupName": "Ann's people", "groupType": "x"}}
    home(DEVICES, displayName="B", **GENERAL)
    add(take({"a.json": {"displayName": "A", **GENERAL, "assignments": [named]}}))
    take({"b.json": {"displayName": "B", **GENERAL}})

    assert told(restore())["A"][:2] == ("failed", "reference_unresolved")
    assert graph.writes == [], "nothing is written before everything is known"
    people = home("groups", displayName="Ann's people")
    run = restore()

    assert run.status == "completed"
    assert now(graph, DEVICES, "A")["assignments"][0]["target"]["groupId"] == people


def test_a_group_that_is_gone_stops_what_refers_to_it(graph, home, keep, sync, restore, told):
    people = home("groups", displayName="People")
    there = home(DEVICES, displayName="A", **GENERAL, assignments=[assignment(people)])
    keep()
    graph.take_away(HOME, DEVICES, there)
    graph.take_away(HOME, "groups", people)
    home(DEVICES, displayName="B", **GENERAL)
    sync()

    outcome, code, reason = told(restore())["A"]

    assert (outcome, code, graph.writes) == ("failed", "reference_unresolved", [])
    assert people in reason


def test_a_policy_that_changed_after_the_sync_is_left_alone(graph, home, keep, sync, restore, told):
    there = home(DEVICES, displayName="A", **GENERAL, cortanaBlocked=True, gameDvrBlocked=None)
    keep()
    graph.change(HOME, DEVICES, there, cortanaBlocked=False)
    sync()
    graph.change(HOME, DEVICES, there, gameDvrBlocked=True)

    outcome, code, reason = told(restore())["A"]

    assert (outcome, code, graph.writes) == ("failed", "changed_since", [])
    assert "/gameDvrBlocked" in reason


def test_what_appeared_or_went_after_the_sync_stops_it_too(graph, home, keep, sync, restore, told):
    gone = home(DEVICES, displayName="A", **GENERAL, cortanaBlocked=True)
    came = home(DEVICES, displayName="B", **GENERAL)
    home(DEVICES, displayName="C", **GENERAL)
    keep("A", "B")
    graph.change(HOME, DEVICES, gone, cortanaBlocked=False)
    graph.take_away(HOME, DEVICES, came)
    sync()
    graph.take_away(HOME, DEVICES, gone)
    home(DEVICES, displayName="B", **GENERAL)

    outcomes = told(restore())

    assert {name: one[1] for name, one in outcomes.items()} == dict.fromkeys("AB", "changed_since")
    assert graph.writes == []


def test_what_is_so_in_the_tenant_by_now_is_not_written_again(graph, home, keep, sync, restore, told):
    there = home(DEVICES, displayName="A", **GENERAL, cortanaBlocked=True)
    keep()
    graph.change(HOME, DEVICES, there, cortanaBlocked=False)
    sync()
    graph.change(HOME, DEVICES, there, cortanaBlocked=True)

    assert told(restore())["A"][:2] == ("skipped", "already_so")
    assert graph.writes == []


def test_only_chosen_versions_are_restored_an_earlier_one_too(graph, home, keep, sync, items, restore):
    first, second = (home(DEVICES, displayName=name, **GENERAL, cameraBlocked=True) for name in "AB")
    keep()
    oldest = items()["A"].id
    for there in (first, second):
        graph.change(HOME, DEVICES, there, cameraBlocked=False)
    keep()

    run = restore(oldest)

    assert (run.status, run.total_items) == ("completed", 1)
    assert [now(graph, DEVICES, name)["cameraBlocked"] for name in "AB"] == [True, False]


def test_a_version_with_secret_values_is_refused_with_their_number(graph, home, keep, sync, restore, told):
    oma = {"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": "./a", "value": "fictional"}
    there = home(DEVICES, displayName="A", omaSettings=[oma], **{
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
    })  # fmt: skip
    home(DEVICES, displayName="B", **GENERAL)
    keep("A")
    graph.take_away(HOME, DEVICES, there)
    sync()

    outcome, code, reason = told(restore())["A"]

    assert (outcome, code) == ("failed", "secrets_not_stored")
    assert "1 secret value is not stored" in reason
    assert graph.requests == []


def test_a_tenant_that_is_not_connected_ends_the_run(tenant, home, keep, confirmed, start, finish, tmp_path):
    home(DEVICES, displayName="A", **GENERAL)
    keep()
    run_id = start(confirmed())
    (tmp_path / "graph.json").write_text("{}")

    run = finish(run_id)

    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "graph_not_connected")
    assert find_run(tenant, run.id).succeeded == 0
