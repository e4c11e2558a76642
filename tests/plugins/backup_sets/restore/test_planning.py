"""What a restore would do for each version, against the latest sync of its scope."""

import pytest
from sqlalchemy import select, update

from app.core import db
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.restore.references import FILTER_ID
from app.plugins.inventory.models import InventoryVersion
from tests.support.databases import on_both_databases
from tests.support.documents import alter, lose
from tests.support.snapshots import compliance, conditional_access

GROUP = "#microsoft.graph.groupAssignmentTarget"
OLD, NEW = "aaaaaaaa-1111-1111-1111-111111111111", "bbbbbbbb-2222-2222-2222-222222222222"
PEOPLE = "cccccccc-3333-3333-3333-333333333333"
SCRIPT = {
    "@odata.type": "#microsoft.graph.deviceManagementScript",
    "displayName": "S",
    "scriptContent": "V3JpdGUtSG9zdCAnZmljdGlvbmFsJw==",
}


def device_filter(filter_id, name="Laptops"):
    return {"id": filter_id, "displayName": name, "platform": "windows10AndLater", "rule": "(device.x -eq 1)"}


def assigned(name, *, filter_id=None, **target):
    target = {"@odata.type": GROUP, FILTER_ID: filter_id, **target}
    return compliance(name, assignments=[{"target": target}])


def only(made):
    (planned,) = made.items
    return planned


@on_both_databases
def test_what_changed_is_overwritten_what_is_gone_is_created_what_is_the_same_is_left(
    add, abc, take, plan, actions
):
    add(abc)
    latest = take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")})

    assert actions() == {"A": "overwrite", "B": "nothing", "C": "create"}
    made = plan()
    assert {one.sync_run_id for one in made.items} == {latest.id}
    assert dict(made.counts) == {"overwrite": 1, "nothing": 1, "create": 1}


def test_an_overwrite_says_what_would_change_from_the_tenant_to_what_was_kept(add, take, plan):
    add(take({"a.json": compliance("A", passcodeRequired=True, passcodeMinimumLength=8)}))
    take({"a.json": compliance("A", passcodeMinimumLength=4, passcodeBlockSimple=True)})

    changes = {one["path"]: (one["before"], one["after"]) for one in only(plan()).evidence["entries"]}

    assert changes == {
        "/passcodeMinimumLength": ("4", "8"),
        "/passcodeRequired": (None, "true"),
        "/passcodeBlockSimple": ("true", None),
    }


def test_an_earlier_version_is_planned_when_it_is_chosen(add, take, items, actions):
    add(take({"a.json": compliance("A", passcodeMinimumLength=4)}))
    first = items()["A"].id
    add(take({"a.json": compliance("A", passcodeMinimumLength=8)}))

    assert actions() == {"A": "nothing"}
    assert actions(first) == {"A": "overwrite"}


def test_what_the_latest_sync_could_not_read_is_impossible_and_never_created(add, take, plan):
    add(take({"a.json": compliance("A"), "b.json": compliance("B"), "x.json": conditional_access("X")}))
    latest = take({"a.json": compliance("A"), "b.json": b"{broken"})

    found = {one.shown.item.display_name: one for one in plan().items}

    assert found["A"].action == "nothing"
    for name in "BX":
        assert (found[name].action, found[name].obstacle.reason_code) == ("impossible", "not_read")
        assert f"sync, {latest.id}, could not read it" in found[name].obstacle.reason


def test_secret_values_that_are_not_stored_are_counted_in_the_reason(add, take, plan):
    oma = [
        {"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": uri, "value": "fictional"}
        for uri in ("./a", "./b")
    ]
    custom = {"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": "A"}
    general = {"@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "displayName": "C"}
    add(take({"a.json": {**custom, "omaSettings": oma}}))
    take({"c.json": general})

    found = {one.shown.item.display_name: one for one in plan().items}

    assert found["A"].obstacle.reason_code == "secrets_not_stored"
    assert found["A"].obstacle.reason == ("It cannot be restored completely: 2 secret values are not stored.")


def test_a_type_of_which_writing_is_not_proven_is_impossible(add, take, plan):
    add(take({"s.json": SCRIPT, "a.json": compliance("A")}))
    take({"s.json": SCRIPT | {"scriptContent": "ZXhpdCAx"}, "a.json": compliance("A")})

    found = {one.shown.item.display_name: one for one in plan().items}

    assert found["S"].obstacle.reason_code == "type_not_writable"
    assert found["S"].evidence["entries"][0]["before"].startswith("secret value")


@on_both_databases
def test_a_document_that_is_missing_or_altered_is_not_brought_back(add, abc, take, items, plan):
    add(abc)
    take({"c.json": compliance("C")})
    lose(items()["A"].content_hash)
    alter(items()["B"].content_hash, b'{"displayName": "Somebody else"}')

    found = {one.shown.item.display_name: one for one in plan().items}

    assert found["A"].obstacle.reason_code == "document_missing"
    assert found["B"].obstacle.reason_code == "document_altered"
    assert found["C"].action == "nothing"


def test_a_version_of_an_earlier_normal_form_is_compared_anew(add, abc, take, items, actions):
    add(abc, "A", "B")
    take({"a.json": compliance("A"), "b.json": compliance("B", passcodeRequired=True)})
    db.session.execute(update(BackupSetItem).values(normalizer_version=0))
    db.session.commit()

    assert actions() == {"A": "nothing", "B": "overwrite"}


def test_two_policies_under_one_id_are_ambiguous(add, take, plan):
    same = {"id": OLD}
    files = {"a.json": compliance("A", **same), "b.json": compliance("B", **same)}
    add(take(files))
    take({"a.json": compliance("A", **same), "b.json": compliance("B", passcodeRequired=True, **same)})

    found = {one.shown.item.display_name: one for one in plan().items}

    assert found["B"].obstacle.reason_code == "ambiguous_identity"


@pytest.mark.parametrize(
    ("latest", "standing", "to", "action"),
    [
        ([device_filter(OLD)], "as_kept", OLD, "create"),
        ([device_filter(NEW)], "by_name", NEW, "create"),
        ([device_filter(NEW, "Phones")], "unresolved", None, "impossible"),
        ([device_filter(NEW), device_filter(PEOPLE)], "unresolved", None, "impossible"),
        ([], "open", None, "create"),
    ],
)
def test_a_filter_is_found_by_its_id_then_by_its_name(add, take, plan, latest, standing, to, action):
    before = take({"f.json": device_filter(OLD), "a.json": assigned("A", groupId=PEOPLE, filter_id=OLD)})
    add(before, "A")
    take({"b.json": compliance("B"), **{f"{n}.json": one for n, one in enumerate(latest)}})

    planned = only(plan())

    (group, found) = planned.mapped
    assert (group.standing, group.to) == ("as_kept", None)
    assert (found.standing, found.to, found.name) == (standing, to, "Laptops")
    assert planned.action == action
    assert [one.name for one in plan().unresolved] == (["Laptops"] if to is None else [])


def test_a_filter_that_the_same_restore_makes_is_no_obstacle_and_comes_first(add, take, plan):
    add(take({"f.json": device_filter(OLD), "a.json": assigned("A", groupId=PEOPLE, filter_id=OLD)}))
    take({"b.json": compliance("B"), "g.json": device_filter(NEW, "Phones")})

    made = plan()

    assert [one.shown.item.display_name for one in made.items] == ["Laptops", "A"]
    assert [one.action for one in made.items] == ["create", "create"]
    assert made.items[1].mapped[1].standing == "made"
    assert made.unresolved == []


def test_a_filter_under_its_new_id_makes_no_difference(add, take, actions):
    before = take({"f.json": device_filter(OLD), "a.json": assigned("A", groupId=PEOPLE, filter_id=OLD)})
    add(before, "A")
    take({"f.json": device_filter(NEW), "a.json": assigned("A", groupId=PEOPLE, filter_id=NEW)})

    assert actions() == {"A": "nothing"}


def test_a_group_that_was_kept_by_name_is_told_as_unresolved(add, take, plan):
    add(take({"a.json": assigned("A", groupName="Fictional people")}))
    take({"b.json": compliance("B")})

    (group,) = plan().unresolved

    assert (group.name, group.standing, group.reference.is_id) == ("Fictional people", "open", False)


def test_assignments_that_were_not_kept_are_no_difference(add, take, plan):
    add(take({"a.json": compliance("A")}))
    take({"a.json": assigned("A", groupId=PEOPLE)})

    assert only(plan()).action == "nothing"


@on_both_databases
def test_a_digest_names_versions_actions_and_the_state_of_the_tenant(tenant, add, abc, take, plan, items):
    add(abc)
    take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")})
    first = plan().digest(tenant)
    assert plan().digest(tenant) == first
    assert plan(items()["A"].id).digest(tenant) != first

    take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")})
    assert plan().digest(tenant) == first, "another sync saw the same"
    take({"a.json": compliance("A", passcodeRequired=False), "b.json": compliance("B")})
    assert plan().digest(tenant) != first


def test_another_tenant_does_not_have_the_same_digest(make_tenant, tenant, add, abc, take, plan):
    add(abc)
    take({"b.json": compliance("B")})

    assert plan().digest(tenant) != plan().digest(make_tenant())


@pytest.mark.parametrize("body", [b"{broken", b"[]"])
def test_where_the_document_of_the_latest_sync_is_unusable_nothing_is_overwritten(add, take, plan, body):
    add(take({"a.json": compliance("A", passcodeMinimumLength=8)}))
    latest = take({"a.json": compliance("A", passcodeMinimumLength=4)})
    alter(content_hash_of(latest), body)

    planned = only(plan())

    assert (planned.action, planned.obstacle.reason_code) == ("impossible", "document_missing")
    assert "What the latest sync read" in planned.obstacle.reason


def content_hash_of(run):
    """The hash of the one document that a sync brought."""
    query = select(InventoryVersion.content_hash).where(InventoryVersion.from_run_id == run.id)
    found = db.session.scalars(query).one()
    db.session.commit()
    return found
