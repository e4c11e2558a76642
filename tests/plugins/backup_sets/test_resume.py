"""Adding and verifying whose worker dies at any of their commits end, resumed, as if nothing had been."""

import pytest
from sqlalchemy import func, select

from app.core import db
from app.core.runs import progress
from app.core.runs.items import BulkOperationRunItem
from app.plugins.backup_sets import add_policies, verify
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.sets import create_set
from tests.support.crashing import run_crashing
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, import_export, run_now

MANY = 5000
BEFORE = {f"{name}.json": compliance(name) for name in "ABCD"}
AFTER = {
    "A.json": compliance("A"),
    "B.json": compliance("B", passcodeRequired=True),
    "C.json": compliance("C", passcodeRequired=True),
    "E.json": compliance("E"),
}


@pytest.fixture
def often(monkeypatch):
    """Every policy is a chunk, every checkpoint a flush: as many commits to die at as there can be."""
    monkeypatch.setattr(add_policies, "CHUNK", 1)
    monkeypatch.setattr(verify, "CHUNK", 1)
    monkeypatch.setattr(progress, "FLUSH_SECONDS", 0)


@pytest.fixture
def prepared(make_tenant, export, ids):
    """A tenant with a set that holds some policies of an earlier sync, and what to add to it."""
    before, after = export(BEFORE), export(AFTER)

    def prepare(slug):
        tenant = make_tenant(slug)
        first, second = (import_export(tenant, folder) for folder in (before, after))
        known = ids(first, of=tenant) | ids(second, of=tenant)
        backup_set = create_set(tenant, "Golden")

        def params(sync, names):
            return {
                "backup_set_id": backup_set.id,
                "policy_ids": [known[name] for name in names],
                "sync_run_id": sync.id,
            }

        run_now(tenant, "backup_set.add_policies", params(first, "ABD"))
        return tenant, backup_set, params(second, "ABCDE")

    return prepare


def told(run, backup_set):
    """Everything a finished run and its set say, apart from numbers and moments."""
    held = [
        (
            one.item.display_name,
            one.version,
            one.item.added_as,
            one.item.document_state,
            one.item.tenant_state,
        )
        for one in list_items(backup_set, ItemFilter(), limit=None)
    ]
    db.session.commit()
    summary = {name: value for name, value in run.summary.items() if name != "syncs"}
    return run.status, run.counts, run.failure_totals, summary, held


def ledger(run):
    """Outcomes of a run, counted in its ledger."""
    item = BulkOperationRunItem
    query = select(item.outcome, func.count()).where(item.run_id == run.id).group_by(item.outcome)
    counted = dict(db.session.execute(query).all())
    db.session.commit()
    return counted


@on_both_databases
def test_adding_resumed_after_any_commit_says_what_an_undisturbed_run_says(app, prepared, database, often):
    tenant, backup_set, params = prepared("calm")
    expected = told(run_now(tenant, "backup_set.add_policies", params), backup_set)
    assert expected[3]["added"] == {"new": 2, "newer_version": 1, "older_version": 0}
    assert expected[1] == {
        "total": 5, "processed": 5, "succeeded": 3, "failed": 1, "skipped": 1, "unknown": 0, "remaining": 0
    }  # fmt: skip
    step = 1 if database.name == "sqlite" else 3

    lost = 0
    for at in range(1, 200, step):
        tenant, backup_set, params = prepared(f"crash-{at}")
        run, has_died = run_crashing(tenant, "backup_set.add_policies", params, at=at)
        if not has_died:
            break
        lost += run.lost_attempts
        assert told(run, backup_set) == expected, f"died after commit {at}"
    assert lost * step > 10, "there were commits to die at"


@on_both_databases
def test_verifying_resumed_after_any_commit_says_what_an_undisturbed_run_says(app, prepared, database, often):
    tenant, backup_set, params = prepared("calm")
    run_now(tenant, "backup_set.add_policies", params)
    wanted = {"backup_set_id": backup_set.id}
    expected = told(run_now(tenant, "backup_set.verify", wanted), backup_set)
    assert expected[3]["documents"] == {"intact": 6, "altered": 0, "missing": 0, "unverified": 0}
    assert expected[3]["policies"] == {"unchanged": 4, "changed": 0, "gone": 1, "unknown": 0}
    step = 2 if database.name == "sqlite" else 5

    lost = 0
    for at in range(1, 200, step):
        tenant, backup_set, params = prepared(f"crash-{at}")
        run_now(tenant, "backup_set.add_policies", params)
        wanted = {"backup_set_id": backup_set.id}
        run, has_died = run_crashing(tenant, "backup_set.verify", wanted, at=at)
        if not has_died:
            break
        lost += run.lost_attempts
        assert told(run, backup_set) == expected, f"died after commit {at}"
    assert lost * step > 10, "there were commits to die at"


@pytest.mark.slow
@on_both_databases
@pytest.mark.parametrize("at", [4, 9])
def test_a_set_of_5000_policies_whose_worker_died_half_way_holds_each_once(
    app, tenant, export, ids, backup_set, at
):
    sync = import_export(tenant, export({"all.json": [compliance(f"P{n:04}") for n in range(MANY)]}))
    params = {
        "backup_set_id": backup_set.id,
        "policy_ids": list(ids(sync).values()),
        "sync_run_id": sync.id,
    }

    run, has_died = run_crashing(tenant, "backup_set.add_policies", params, at=at)

    assert has_died
    held = select(func.count(), func.count(BackupSetItem.policy_id.distinct()))
    assert tuple(db.session.execute(held).one()) == (MANY, MANY)
    db.session.commit()
    assert (run.status, run.succeeded, run.summary["added"]["new"]) == ("completed", MANY, MANY)
    assert ledger(run) == {"succeeded": MANY}
