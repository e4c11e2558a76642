"""`backup_set.add_policies`: what becomes of each policy."""

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select, update

from app.core import BulkOperationRun, PermissionDeniedError, current_catalog, db, find_run, start_operation
from app.core.errors import InvalidInputError, InvalidParametersError
from app.core.runs.execute import execute_run
from app.core.runs.items import BulkOperationRunItem
from app.plugins.backup_sets.add_policies import AddParams, operation
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.sets import create_set, delete_set, runs_of
from app.plugins.inventory.models import InventoryCoverage, InventoryDocument
from tests.support.browsing import end_transaction
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access, run_now
from tests.support.stored import rows

SECRETIVE = {
    "@odata.type": "#microsoft.graph.deviceManagementScript",
    "displayName": "Fictional script",
    "scriptContent": "V3JpdGUtSG9zdCAnZmljdGlvbmFsJw==",
}


def outcomes(run):
    """(outcome, reason code) of the run's items, counted as the ledger has them."""
    query = select(BulkOperationRunItem).where(BulkOperationRunItem.run_id == run.id)
    found = sorted((row.outcome, row.reason_code or "") for row in db.session.scalars(query))
    db.session.commit()
    return found


@pytest.fixture
def params(backup_set, ids, abc):
    """Parameters that add A, B and C."""

    def build(**changes):
        given = {
            "backup_set_id": backup_set.id,
            "policy_ids": list(ids(abc).values()),
            "sync_run_id": abc.id,
        }
        return given | changes

    return build


@on_both_databases
def test_each_policy_is_kept_with_where_it_came_from(tenant, add, abc, items, sync_of):
    run = add(abc, "A", "B")

    assert (run.status, run.succeeded, run.total_items) == ("completed", 2, 2)
    kept = items()["A"]
    sync = sync_of(abc)
    assert sorted(items()) == ["A", "B"]
    assert (kept.collection, kept.policy_type) == ("compliancePolicy", "iosCompliancePolicy")
    assert (kept.external_id, kept.secret_count) == ("name:A", 0)
    assert (kept.sync_run_id, kept.synced_at) == (abc.id, sync.finished_at)
    assert (kept.added_as, kept.added_by, kept.operation_run_id) == ("new", "system", run.id)


@on_both_databases
def test_adding_again_skips_everything_and_adds_nothing(add, abc, held):
    add(abc)
    before = held()

    again = add(abc)

    assert (again.status, again.bucket) == ("completed", "succeeded")
    assert outcomes(again) == [("skipped", "already_present")] * 3
    assert again.summary["added"] == {"new": 0, "newer_version": 0, "older_version": 0}
    assert held() == before


@on_both_databases
def test_after_a_change_the_newer_version_is_added_beside_the_older(add, abc, take, held):
    add(abc)
    later = take({"a.json": compliance("A", passcodeRequired=True), "b.json": compliance("B")})

    run = add(later)

    assert outcomes(run) == [("skipped", "already_present"), ("succeeded", "")]
    assert run.summary["added"] == {"new": 0, "newer_version": 1, "older_version": 0}
    assert held() == [("A", 2, later.id), ("A", 1, abc.id), ("B", 1, abc.id), ("C", 1, abc.id)]


def test_a_policy_that_changed_and_changed_back_has_three_versions(add, take, held):
    syncs = [take({"a.json": compliance("A", passcodeRequired=wanted)}) for wanted in (True, False, True)]

    for sync in syncs:
        add(sync)

    assert [version for _, version, _ in held()] == [3, 2, 1]
    assert outcomes(add(syncs[0])) == [("skipped", "already_present")]


def test_an_earlier_version_can_be_added_later(add, take, held):
    first, second = (take({"a.json": compliance("A", passcodeRequired=wanted)}) for wanted in (True, False))

    add(second)
    run = add(first)

    assert run.summary["added"] == {"new": 0, "newer_version": 0, "older_version": 1}
    assert held() == [("A", 2, second.id), ("A", 1, first.id)]


def test_documents_are_referenced_and_never_copied(tenant, add, abc):
    documents = rows(InventoryDocument)

    add(abc)
    add(abc, to=create_set(tenant, "Another"))

    assert rows(InventoryDocument) == documents
    assert rows(BackupSetItem) == 6


@on_both_databases
def test_what_cannot_be_kept_fails_alone_and_says_why(add, abc, ids, take, held):
    known = ids(abc)
    without = take({"a.json": compliance("A"), "c.json": compliance("C")})

    run = add(without, policy_ids=list(known.values()))

    assert (run.status, run.bucket) == ("completed_with_errors", "partially_succeeded")
    assert outcomes(run) == [("failed", "not_found"), ("succeeded", ""), ("succeeded", "")]
    assert run.failures[0]["reason"] == f"B: sync {without.id} does not have it."
    assert [name for name, _, _ in held()] == ["A", "C"]


@on_both_databases
@pytest.mark.parametrize(("state", "code"), [("denied", "not_permitted"), ("skipped", "unreadable")])
def test_a_type_that_was_not_read_is_not_taken_for_gone(add, take, ids, state, code):
    known = ids(take({"a.json": compliance("A"), "x.json": conditional_access("X")}))
    without = take({"a.json": compliance("A")})
    db.session.execute(
        update(InventoryCoverage)
        .where(InventoryCoverage.sync_run_id == without.id, InventoryCoverage.collection.like("cond%"))
        .values(state=state)
    )
    db.session.commit()

    run = add(without, policy_ids=list(known.values()))

    assert outcomes(run) == [("failed", code), ("succeeded", "")]


def test_a_document_that_a_partial_sync_could_not_read_is_unreadable(add, abc, ids, take):
    known = ids(abc)
    partial = take({"a.json": compliance("A"), "b.json": b"{broken", "c.json": compliance("C")})

    run = add(partial, policy_ids=list(known.values()))

    assert outcomes(run) == [("failed", "unreadable"), ("succeeded", ""), ("succeeded", "")]
    assert run.failures[0]["reason"] == f"B: sync {partial.id} could not read it."


def test_a_policy_whose_document_is_missing_is_unreadable(add, abc, ids):
    db.session.execute(delete(InventoryDocument))
    db.session.commit()

    run = add(abc)

    assert run.bucket == "failed"
    assert outcomes(run) == [("failed", "unreadable")] * 3


def test_without_a_sync_the_latest_version_is_kept(tenant, backup_set, abc, ids, take, held):
    known = ids(abc)
    later = take({"a.json": compliance("A", passcodeRequired=True)})
    params = {"backup_set_id": backup_set.id, "policy_ids": [known["A"]]}

    started = start_operation(current_catalog(), tenant, "backup_set.add_policies", params)
    execute_run(started.run_id)
    end_transaction()

    assert held() == [("A", 1, later.id)]
    assert find_run(tenant, started.run_id).summary["syncs"] == [later.id]


def test_policies_with_secret_values_are_marked_and_the_run_says_so(add, take, items):
    run = add(take({"a.json": compliance("A"), "s.json": SECRETIVE}))

    kept = items()
    assert (kept["A"].secret_count, kept["Fictional script"].secret_count) == (0, 1)
    assert run.summary["notes"] == [
        "1 added policy cannot be restored completely: secret values are not stored."
    ]


def test_the_run_links_to_the_set_and_to_the_sync(tenant, backup_set, add, abc):
    run = add(abc)

    assert run.related_links == [
        {"label": "Backup set", "url": f"/t/{tenant.slug}/backup-sets/{backup_set.id}"},
        {"label": f"Inventory sync {abc.id}", "url": f"/t/{tenant.slug}/inventory/syncs/{abc.id}"},
    ]
    assert [one.id for one in runs_of(tenant, backup_set)] == [run.id]


def test_an_equal_choice_in_any_order_is_one_active_run(tenant, params):
    first = start_operation(current_catalog(), tenant, "backup_set.add_policies", params())
    ids = params()["policy_ids"]
    same = params(policy_ids=[*reversed(ids), ids[0]])

    again = start_operation(current_catalog(), tenant, "backup_set.add_policies", same)
    fewer = start_operation(current_catalog(), tenant, "backup_set.add_policies", params(policy_ids=ids[:2]))
    latest = start_operation(current_catalog(), tenant, "backup_set.add_policies", params(sync_run_id=None))

    assert (again.run_id, again.created) == (first.run_id, False)
    assert fewer.created
    assert latest.created


def test_the_key_names_set_policies_and_options(tenant, params):
    def key(**changes):
        return operation.key_for(tenant, AddParams.model_validate(params(**changes)))

    different = {key(), key(backup_set_id=9), key(policy_ids=["0" * 32]), key(sync_run_id=None)}

    assert len(different) == 4
    assert key() == key(policy_ids=sorted(params()["policy_ids"], reverse=True))


@pytest.mark.parametrize("wrong", ["", "A" * 32, "0" * 31, "0" * 33, "../" + "0" * 29, "0" * 32 + "\n"])
def test_what_is_no_policy_id_is_refused(params, wrong):
    with pytest.raises(ValidationError, match="policy_ids"):
        AddParams.model_validate(params(policy_ids=[wrong]))


def test_a_start_without_policies_is_refused(tenant, params):
    with pytest.raises(InvalidParametersError, match="policy_ids"):
        start_operation(current_catalog(), tenant, "backup_set.add_policies", params(policy_ids=[]))


def test_what_is_another_tenants_is_refused_like_what_is_nobodys(tenant, params, of_another_tenant):
    theirs, their_policy = of_another_tenant
    runs = rows(BulkOperationRun)
    foreign = [
        {"policy_ids": [*params()["policy_ids"], their_policy]},
        {"policy_ids": [*params()["policy_ids"], "0" * 32]},
        {"sync_run_id": theirs.id},
        {"sync_run_id": 4711},
    ]

    for changes in foreign:
        with pytest.raises(PermissionDeniedError):
            start_operation(current_catalog(), tenant, "backup_set.add_policies", params(**changes))

    assert rows(BulkOperationRun) == runs
    assert rows(BackupSetItem) == 0


def test_a_run_for_another_tenants_set_fails_like_one_for_none(tenant, params, make_tenant):
    theirs = create_set(make_tenant(), "Theirs")
    said = set()

    for number in (theirs.id, 4711):
        run = run_now(tenant, "backup_set.add_policies", params(backup_set_id=number))
        assert run.status == "failed"
        said.add((run.failures[0]["reason_code"], run.failures[0]["reason"], run.processed_items))
        assert "Theirs" not in str(run.shown_inputs)

    assert said == {("backup_set_gone", "This tenant has no such backup set, or not any more.", 0)}
    assert rows(BackupSetItem) == 0


def test_options_may_be_given_together(params):
    apart = AddParams.model_validate(params())
    sync_run_id = apart.sync_run_id
    together = {name: value for name, value in params().items() if name != "sync_run_id"}

    assert AddParams.model_validate(together | {"options": {"sync_run_id": sync_run_id}}) == apart
    assert AddParams.model_validate(together | {"options": {}}).sync_run_id is None
    for wrong in ({"purple": 1}, {"sync_run_id": 0}, "purple"):
        with pytest.raises(ValidationError):
            AddParams.model_validate(together | {"options": wrong})


def test_a_run_whose_set_was_removed_meanwhile_fails_and_says_so(tenant, backup_set, params):
    started = start_operation(current_catalog(), tenant, "backup_set.add_policies", params())
    delete_set(tenant, backup_set)

    execute_run(started.run_id)
    end_transaction()

    run = find_run(tenant, started.run_id)
    assert (run.status, run.failures[0]["reason_code"]) == ("failed", "backup_set_gone")


def test_a_sync_that_failed_cannot_be_kept(tenant, params, take, tmp_path):
    failed = take(tmp_path / "nowhere")

    with pytest.raises(InvalidInputError, match="nothing can be kept of it"):
        start_operation(current_catalog(), tenant, "backup_set.add_policies", params(sync_run_id=failed.id))
