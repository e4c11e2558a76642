"""A document that a set refers to cannot be removed from the snapshot store."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from app.core import BulkOperationRun, clock, db, start_and_wait
from app.plugins.backup_sets.items import remove_items
from app.plugins.inventory.models import InventoryDocument, InventoryPolicy, InventoryVersion
from tests.support.databases import on_both_databases
from tests.support.stored import rows


def forget(content_hash):
    db.session.execute(delete(InventoryDocument).where(InventoryDocument.content_hash == content_hash))
    db.session.commit()


@on_both_databases
def test_the_database_refuses_to_remove_a_document_that_a_set_refers_to(add, abc, items):
    add(abc)
    documents = rows(InventoryDocument)

    with pytest.raises(IntegrityError):
        forget(items()["A"].content_hash)
    db.session.rollback()

    assert rows(InventoryDocument) == documents


@on_both_databases
def test_a_document_that_no_set_refers_to_any_more_can_be_removed(tenant, backup_set, add, abc, items):
    add(abc)
    kept = items()["A"]

    remove_items(tenant, backup_set, [kept.id])
    forget(kept.content_hash)

    assert rows(InventoryDocument) == 2


@on_both_databases
def test_what_was_kept_outlives_the_policy_and_its_versions(add, abc, items, verify):
    add(abc)
    db.session.execute(delete(InventoryVersion))
    db.session.execute(delete(InventoryPolicy))
    db.session.commit()

    run = verify()

    assert run.summary["documents"]["intact"] == 3
    assert {item.display_name for item in items().values()} == {"A", "B", "C"}
    assert {item.sync_run_id for item in items().values()} == {abc.id}


@on_both_databases
def test_a_set_outlives_the_runs_that_filled_it(tenant, backup_set, add, abc, items, browser):
    run_id, sync_id = add(abc).id, abc.id
    db.session.execute(update(BulkOperationRun).values(finished_at=clock.now() - timedelta(days=100)))
    db.session.commit()
    path = f"/t/{tenant.slug}/backup-sets/{backup_set.id}"
    assert f'/monitoring/operations/{run_id}"' in browser.get(path).text

    assert start_and_wait(tenant, "run.prune", {}, inline=True).summary["removed"]["completed"] == 2

    kept = items()["A"]
    assert (len(items()), kept.operation_run_id, kept.sync_run_id) == (3, run_id, sync_id)
    item_page = browser.get(f"{path}/items/{kept.id}").text
    assert "Content hash" in item_page
    assert f"/operations/{run_id}" not in item_page, "nothing leads to a page that is gone"
    for page in (browser.get(path), browser.get(f"{path}/items/{kept.id}")):
        assert page.status_code == 200
        assert f'/monitoring/operations/{run_id}"' not in page.text
