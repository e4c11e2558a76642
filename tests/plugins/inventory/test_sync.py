"""`inventory.sync` on what an export holds: coverage, counts, remarks, and what could not be read."""

import pytest

from app.plugins.inventory.models import InventoryDocument, InventoryPolicy, InventoryVersion
from app.plugins.inventory.store.snapshots import coverage_of, policies_at, problems_of
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access
from tests.support.stored import rows

BROKEN = b'{"displayName": "Harbour'


def states(sync):
    return {collection: row.state for collection, row in coverage_of(sync).items()}


def names_at(sync):
    return [row.display_name for row in policies_at(sync)]


@on_both_databases
def test_every_collection_of_an_export_is_an_item_and_complete(take, sync_of):
    run = take({"a.json": compliance("A"), "b.json": compliance("B"), "ca.json": conditional_access("C")})

    sync = sync_of(run)
    assert (run.status, run.succeeded, run.total_items) == ("completed", 2, 2)
    assert run.item_ids == ["compliancePolicy", "conditionalAccessPolicy"]
    assert states(sync) == dict.fromkeys(run.item_ids, "complete")
    assert coverage_of(sync)["compliancePolicy"].policy_types == {"iosCompliancePolicy": 2}
    assert (sync.status, sync.policy_count, sync.finished_at is not None) == ("completed", 3, True)
    assert run.summary["policies"] == run.summary["added"] == 3
    assert [link["label"] for link in run.related_links] == ["Inventory snapshot"]


@on_both_databases
def test_an_unreadable_document_is_named_and_truncates_its_type_alone(take, sync_of):
    take({"CA/a.json": conditional_access("A"), "iOS/b.json": compliance("B"), "iOS/c.json": compliance("C")})

    run = take({"CA/a.json": conditional_access("A"), "iOS/b.json": compliance("B"), "iOS/c.json": BROKEN})

    sync = sync_of(run)
    assert (run.status, run.succeeded, run.failed) == ("completed_with_errors", 1, 1)
    (entry,) = run.failures
    assert (entry["reason_code"], entry["item_id"]) == ("document_unreadable", "compliancePolicy")
    assert entry["reason"].count("iOS/c.json") == 1
    assert "Harbour" not in entry["reason"]
    assert states(sync) == {"compliancePolicy": "truncated", "conditionalAccessPolicy": "complete"}
    assert "iOS/c.json" in coverage_of(sync)["compliancePolicy"].reason
    assert names_at(sync) == ["B", "A"]
    assert sync.status == "completed_with_errors"


def test_every_unreadable_document_of_a_type_is_named(take):
    take({"a.json": compliance("A"), "b.json": compliance("B"), "c.json": compliance("C")})

    run = take({"a.json": compliance("A"), "b.json": BROKEN, "c.json": b"\x00\xd8"})

    assert run.failure_totals == {"document_unreadable": 2}
    assert run.failed == 1
    assert [name for name in ("b.json", "c.json") if any(name in e["reason"] for e in run.failures)] == [
        "b.json",
        "c.json",
    ]


def test_an_unreadable_document_of_unknown_home_makes_nothing_complete(take, sync_of):
    run = take({"x/a.json": compliance("A"), "y/ca.json": conditional_access("C"), "z/what.json": BROKEN})

    sync = sync_of(run)
    assert set(states(sync).values()) == {"truncated"}
    assert [entry["item_id"] for entry in run.failures] == ["unclassified"]
    assert "z/what.json" in run.failures[0]["reason"]
    assert all("z/what.json" in row.reason for row in coverage_of(sync).values())
    assert (run.status, run.succeeded, run.failed) == ("completed_with_errors", 2, 1)


def test_an_unreadable_document_belongs_where_its_path_was_known_before(take, sync_of):
    take({"mixed/a.json": compliance("A"), "mixed/b.json": conditional_access("B")})

    run = take({"mixed/a.json": compliance("A"), "mixed/b.json": BROKEN})

    assert states(sync_of(run)) == {"compliancePolicy": "complete", "conditionalAccessPolicy": "truncated"}


def test_an_export_of_one_unreadable_document_is_a_failed_run(take, sync_of):
    run = take({"a.json": BROKEN})

    assert (run.status, run.bucket) == ("completed_with_errors", "failed")
    assert "a.json" in run.failures[0]["reason"]
    assert sync_of(run).policy_count == 0


def test_a_type_missing_from_the_source_is_skipped_and_kept(take, sync_of):
    take({"a.json": compliance("A"), "ca.json": conditional_access("C")})

    run = take({"a.json": compliance("A")})
    again = take({"a.json": compliance("A"), "ca.json": conditional_access("C")})

    assert (run.status, run.succeeded, run.skipped) == ("completed", 1, 1)
    assert states(sync_of(run))["conditionalAccessPolicy"] == "skipped"
    assert names_at(sync_of(run)) == ["A"]
    assert names_at(sync_of(again)) == ["A", "C"]
    assert rows(InventoryVersion) == 2


def test_an_unchanged_export_stores_nothing_new(take):
    files = {"a.json": compliance("A", id="1"), "ca.json": conditional_access("C")}
    take(files)
    before = [rows(table) for table in (InventoryDocument, InventoryPolicy, InventoryVersion)]

    run = take(files)

    assert [rows(table) for table in (InventoryDocument, InventoryPolicy, InventoryVersion)] == before
    assert {name: run.summary[name] for name in ("added", "changed", "ended")} == {
        "added": 0,
        "changed": 0,
        "ended": 0,
    }


def test_what_only_looks_different_stores_nothing_new(take):
    take({"a.json": compliance("A", version=3, tags=["x", "y"], lastModifiedDateTime="2026-01-01T00:00:00Z")})
    before = [rows(table) for table in (InventoryDocument, InventoryPolicy, InventoryVersion)]

    run = take({"a.json": compliance("A", version=4, tags=["x", "y"], description=None)})

    assert [rows(table) for table in (InventoryDocument, InventoryPolicy, InventoryVersion)] == before
    assert run.summary["changed"] == 0


def test_two_documents_of_one_identity_are_kept_and_remarked_upon(take, sync_of):
    run = take({"a.json": compliance("Same"), "b.json": compliance("Same", passcodeRequired=True)})

    sync = sync_of(run)
    assert run.status == "completed"
    assert [row.external_id for row in policies_at(sync)] in (
        ["name:Same", "name:Same~2"],
        ["name:Same~2", "name:Same"],
    )
    (remark,) = problems_of(sync)
    assert (remark.path, remark.reason_code, remark.is_failure) == ("b.json", "duplicate_identity", False)


def test_a_repeated_key_is_remarked_upon_and_the_last_value_counts(take, sync_of):
    text = (
        b'{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "Old", "displayName": "New"}'
    )

    run = take({"a.json": text})

    assert run.status == "completed"
    assert names_at(sync_of(run)) == ["New"]
    (remark,) = problems_of(sync_of(run))
    assert (remark.reason_code, remark.is_failure) == ("duplicate_keys", False)
    assert "displayName" in remark.reason


def test_an_unknown_type_is_collected_under_its_own_name_and_reported(take, sync_of):
    run = take({"a.json": {"@odata.type": "#microsoft.graph.imaginaryGadgetThing", "displayName": "Gadget"}})

    sync = sync_of(run)
    assert (run.status, run.item_ids) == ("completed", ["imaginaryGadgetThing"])
    assert [row.policy_type for row in policies_at(sync)] == ["imaginaryGadgetThing"]
    (remark,) = problems_of(sync)
    assert (remark.reason_code, remark.is_failure) == ("unknown_type", False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_encoding_of_real_exports_reads_the_same(take, sync_of, encoding):
    text = '{"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "Kap\u2019n"}\r\n'

    run = take({"a.json": text.encode(encoding)})

    assert (run.status, names_at(sync_of(run))) == ("completed", ["Kap\u2019n"])


def test_names_and_paths_longer_than_the_store_holds_are_cut_and_still_told_apart(take, sync_of):
    long = "Fictional " * 80

    run = take({"a.json": compliance(long + "A"), "b.json": compliance(long + "B")})

    assert run.status == "completed"
    assert len({row.external_id for row in policies_at(sync_of(run))}) == 2
    assert take({"a.json": compliance(long + "A"), "b.json": compliance(long + "B")}).summary["added"] == 0
