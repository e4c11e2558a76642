"""Backup sets: made with a name, removed with what they hold, closed to other tenants."""

import pytest
from sqlalchemy import select

from app.core import PermissionDeniedError, db, start_operation
from app.core.audit import AuditLog
from app.core.errors import InvalidInputError
from app.core.registry.catalog import current_catalog
from app.plugins.backup_sets.items import remove_items
from app.plugins.backup_sets.models import BackupSet, BackupSetItem, BackupSetRun
from app.plugins.backup_sets.sets import create_set, delete_set, find_set, list_sets, visible_set
from app.plugins.inventory.models import InventoryDocument
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance
from tests.support.stored import rows

HUGE = 10**30


def audited():
    """(action, subject, actor) of what concerns backup sets."""
    query = select(AuditLog).where(AuditLog.action.startswith("backup_set.")).order_by(AuditLog.id)
    return [(row.action, row.subject, row.actor) for row in db.session.scalars(query)]


def test_a_set_has_a_name_a_description_and_who_made_it(tenant, operator):
    made = create_set(tenant, "  Golden ", " For the auditors. ", operator)

    assert (made.name, made.description, made.created_by) == ("Golden", "For the auditors.", operator.email)
    assert audited() == [("backup_set.created", f"backup_set:{made.id}", operator.email)]


@on_both_databases
def test_a_name_is_used_once_in_a_tenant(tenant, make_tenant):
    create_set(tenant, "Golden")

    with pytest.raises(InvalidInputError, match="already"):
        create_set(tenant, "Golden ")
    create_set(make_tenant(), "Golden")

    assert rows(BackupSet) == 2
    assert len(audited()) == 2


@pytest.mark.parametrize(("name", "description"), [("", ""), ("  ", ""), ("x" * 121, ""), ("x", "y" * 1001)])
def test_a_text_that_does_not_fit_is_refused_and_nothing_is_written(tenant, name, description):
    with pytest.raises(InvalidInputError):
        create_set(tenant, name, description)

    assert (rows(BackupSet), audited()) == (0, [])


def test_a_set_of_another_tenant_is_as_good_as_none(tenant, make_tenant):
    theirs = create_set(make_tenant(), "Theirs")
    messages = set()

    for number in (theirs.id, 4711, HUGE, 0, -1):
        assert find_set(tenant, number) is None
        with pytest.raises(PermissionDeniedError) as refusal:
            visible_set(tenant, number)
        messages.add(str(refusal.value).replace(str(number), "N"))
    assert len(messages) == 1
    assert list_sets(tenant) == []


def test_the_list_counts_policies_and_versions(tenant, add, abc, take):
    create_set(tenant, "Empty")
    add(abc)
    add(take({"a.json": compliance("A", passcodeRequired=True)}))

    counted = [(one.backup_set.name, one.policies, one.versions) for one in list_sets(tenant)]

    assert counted == [("Empty", 0, 0), ("Golden", 3, 4)]


@on_both_databases
def test_a_set_is_deleted_with_what_it_holds_and_snapshots_stay(tenant, backup_set, add, abc, operator):
    add(abc)
    documents = rows(InventoryDocument)
    number = backup_set.id

    delete_set(tenant, backup_set, operator)

    assert [rows(table) for table in (BackupSet, BackupSetItem, BackupSetRun)] == [0, 0, 0]
    assert rows(InventoryDocument) == documents > 0
    assert audited()[-1] == ("backup_set.deleted", f"backup_set:{number}", operator.email)


def test_a_set_on_which_a_run_is_at_work_is_not_deleted(tenant, backup_set, add, abc, fresh):
    run = add(abc)
    again = start_operation(current_catalog(), tenant, "backup_set.verify", {"backup_set_id": backup_set.id})
    db.session.add(BackupSetRun(run_id=again.run_id, backup_set_id=backup_set.id))
    db.session.commit()

    with pytest.raises(InvalidInputError, match="working on"):
        delete_set(tenant, backup_set)

    assert rows(BackupSet) == 1
    assert run.is_final


@on_both_databases
def test_versions_are_taken_out_one_by_one(tenant, backup_set, add, abc, items, held, operator):
    add(abc)

    assert remove_items(tenant, backup_set, [items()["B"].id], operator) == 1

    assert [name for name, _, _ in held()] == ["A", "C"]
    assert audited()[-1] == ("backup_set.items_removed", f"backup_set:{backup_set.id}", operator.email)


def test_what_is_not_in_the_set_cannot_be_taken_out_and_nothing_else_is(
    tenant, backup_set, add, abc, items, held
):
    add(abc)
    other = create_set(tenant, "Other")
    add(abc, to=other)
    of_other = max(db.session.scalars(select(BackupSetItem.id)))

    for wanted in ([items()["A"].id, of_other], [items()["A"].id, 4711], []):
        with pytest.raises(InvalidInputError):
            remove_items(tenant, backup_set, wanted)

    assert len(held()) == len(held(other)) == 3


def test_a_removed_tenant_takes_its_sets_along(tenant, backup_set, add, abc):
    add(abc)

    db.session.delete(tenant)
    db.session.commit()

    assert [rows(table) for table in (BackupSet, BackupSetItem, InventoryDocument)] == [0, 0, 0]
