"""`finding.acknowledge`: many findings accepted as they were seen, each with its own outcome."""

import pytest
from sqlalchemy import select, update

from app.core import InvalidInputError, current_catalog, db, start_operation
from app.core.audit import AuditLog
from app.core.runs import progress
from app.core.runs.execute import execute_run
from app.core.runs.items import BulkOperationRunItem
from app.plugins.drift import acknowledge as acknowledging
from app.plugins.drift.models import Finding, FindingAcknowledgement, FindingEvent
from tests.support.browsing import end_transaction
from tests.support.crashing import run_crashing
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, run_now

NAMES = "ABCDE"


@pytest.fixture
def five(take, compare, findings):
    """Five new findings."""
    first = take({f"{name}.json": compliance(name) for name in NAMES})
    second = take({f"{name}.json": compliance(name, x=1) for name in NAMES})
    compare(first, second)
    return sorted(findings(), key=lambda finding: finding.display_name)


def seen(findings):
    return [f"{finding.id}:{finding.revision}" for finding in findings]


def run(tenant, found, **params):
    return run_now(tenant, "finding.acknowledge", {"findings": found, "reason": "Planned", **params})


def outcomes(run):
    query = select(BulkOperationRunItem.item_id, BulkOperationRunItem.reason_code).where(
        BulkOperationRunItem.run_id == run.id
    )
    found = {int(item): code for item, code in db.session.execute(query)}
    db.session.commit()
    return found


@on_both_databases
def test_every_finding_is_accepted_with_reason_and_name(five, tenant, operator, findings):
    params = {"findings": seen(five), "reason": "Planned", "matching": "severity=high"}
    started = start_operation(current_catalog(), tenant, "finding.acknowledge", params, operator)
    execute_run(started.run.id)
    end_transaction()

    ended = started.run
    assert {row.status for row in findings()} == {"acknowledged"}
    given = db.session.scalars(select(FindingAcknowledgement)).all()
    assert {(row.reason, row.acknowledged_by, row.run_id) for row in given} == {
        ("Planned", operator.email, ended.id)
    }
    [entry] = db.session.scalars(select(AuditLog).where(AuditLog.action == "findings.acknowledged"))
    assert (entry.actor, entry.user_id, entry.subject) == (operator.email, operator.id, f"run:{ended.id}")
    assert entry.details["reason"] == "Planned"
    assert entry.details["findings"] == [finding.id for finding in five]
    assert ended.related_links == [{"label": "Findings", "url": "/t/fictional/findings?severity=high"}]


@on_both_databases
def test_each_finding_has_an_outcome_of_its_own(five, tenant, accept, findings):
    fresh, accepted, resolved, changed, _ = five
    chosen = [*seen(five[:4]), "999999:1"]
    accept(accepted)
    db.session.execute(
        update(Finding).where(Finding.id == resolved.id).values(resolved_at=resolved.created_at)
    )
    db.session.execute(update(Finding).where(Finding.id == changed.id).values(revision=2))
    db.session.commit()

    ended = run(tenant, chosen)

    assert (ended.status, ended.succeeded, ended.skipped, ended.failed) == ("completed_with_errors", 1, 2, 2)
    assert outcomes(ended) == {
        fresh.id: None,
        accepted.id: "already_acknowledged",
        resolved.id: "resolved_meanwhile",
        changed.id: "changed_meanwhile",
        999999: "finding_gone",
    }
    assert ended.summary["acknowledged"] == 1
    assert {row.display_name: row.state for row in findings()}[changed.display_name] == "new"


def test_a_finding_of_another_tenant_is_as_good_as_none(five, make_tenant):
    ended = run(make_tenant(), seen(five))

    assert (ended.bucket, ended.failed) == ("failed", 5)
    assert set(outcomes(ended).values()) == {"finding_gone"}
    assert db.session.scalars(select(FindingAcknowledgement)).all() == []


def test_asked_twice_while_active_it_runs_once(five, tenant):
    params = {"findings": seen(five), "reason": "Planned"}

    once, twice = (
        start_operation(current_catalog(), tenant, "finding.acknowledge", params) for _ in range(2)
    )

    assert (once.created, twice.created, once.run_id) == (True, False, twice.run_id)


@on_both_databases
def test_a_run_resumed_after_any_commit_says_what_an_undisturbed_one_says(
    five, tenant, monkeypatch, findings, database
):
    monkeypatch.setattr(acknowledging, "CHUNK", 2)
    monkeypatch.setattr(progress, "FLUSH_SECONDS", 0)
    ids = [finding.id for finding in five]

    for at in range(1, 100, 1 if database.name == "sqlite" else 4):
        for model in (FindingAcknowledgement, FindingEvent):
            db.session.execute(model.__table__.delete())
        db.session.execute(update(Finding).values(status="new"))
        db.session.commit()
        params = {"findings": [f"{number}:1" for number in ids], "reason": f"Planned {at}"}
        ended, has_died = run_crashing(tenant, "finding.acknowledge", params, at=at)
        assert (ended.status, ended.succeeded, ended.summary) == ("completed", 5, {"acknowledged": 5})
        assert sorted(db.session.scalars(select(FindingAcknowledgement.finding_id))) == sorted(ids)
        assert {row.status for row in findings()} == {"acknowledged"}
        db.session.commit()
        if not has_died:
            break
    assert at > 3, "there were commits to die at"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"findings": []}, "findings"),
        ({"findings": ["7"]}, "findings"),
        ({"findings": ["7:1:2"]}, "findings"),
        ({"findings": ["x:1"]}, "findings"),
        ({"findings": ["7:1"], "reason": " "}, "reason"),
        ({"findings": ["7:1"], "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"findings": ["7:1"], "until": "soon"}, "until"),
    ],
)
def test_what_makes_no_sense_is_refused_and_named(tenant, params, said):
    with pytest.raises(InvalidInputError, match=said):
        run(tenant, **{"found": params.pop("findings"), **params})
