"""What was acknowledged for a time is noted as over, by a chore of every worker."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core import clock, db
from app.core.cli.worker import CHORES
from app.plugins.drift import expiry
from app.plugins.drift.acknowledging import acknowledge
from app.plugins.drift.deciding import decision_of
from app.plugins.drift.expiry import lapse
from app.plugins.drift.models import Finding, FindingAcknowledgement
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

TOMORROW = timedelta(days=1)


@pytest.fixture
def accepted(take, compare, findings, accept):
    """Three findings: `A` and `B` acknowledged until tomorrow, `C` for good."""
    first, second = ({f"{name}.json": compliance(name, x=x) for name in "ABC"} for x in (1, 2))
    compare(take(first), take(second))
    for finding in findings():
        accept(finding, until=None if finding.display_name == "C" else clock.now() + TOMORROW)


def expire(*names):
    """Let what was accepted of findings be over."""
    past = clock.now() - timedelta(minutes=1)
    ids = select(Finding.id).where(Finding.display_name.in_(names))
    db.session.execute(update(Finding).where(Finding.id.in_(ids)).values(acknowledged_until=past))
    given = FindingAcknowledgement
    db.session.execute(update(given).where(given.finding_id.in_(ids)).values(expires_at=past))
    db.session.commit()


@on_both_databases
def test_what_is_over_is_new_and_its_history_says_so(accepted, only, told):
    assert lapse() == 0
    expire("A")

    assert lapse() == 1
    assert lapse() == 0

    assert (only("A").stored_status, only("A").acknowledged_until) == ("new", None)
    assert told(only("A")) == ["found", "acknowledged", "expired"]
    assert [only(name).status for name in "BC"] == ["acknowledged", "acknowledged"]


def test_more_than_one_transaction_holds_are_all_noted(accepted, monkeypatch):
    monkeypatch.setattr(expiry, "AT_ONCE", 1)
    expire("A", "B")

    assert lapse() == 2


def test_another_acknowledgement_that_still_holds_counts(accepted, only, told, tenant):
    finding = only("A")
    db.session.add(
        FindingAcknowledgement(
            tenant_id=tenant.id,
            finding_id=finding.id,
            pinned_hash=finding.evidence_hash,
            reason="For good",
            acknowledged_by="system",
        )
    )
    past = clock.now() - timedelta(minutes=1)
    db.session.execute(update(Finding).where(Finding.id == finding.id).values(acknowledged_until=past))
    db.session.commit()

    assert lapse() == 0

    assert (only("A").status, only("A").acknowledged_until) == ("acknowledged", None)
    assert told(only("A")) == ["found", "acknowledged"]


def test_every_tenant_is_looked_after(accepted, make_tenant, take, compare, findings):
    other = make_tenant()
    first, second = ({"a.json": compliance("A", x=x)} for x in (1, 2))
    compare(take(first, of=other), take(second, of=other), of=other)
    (theirs,) = findings(of=other)
    acknowledge(other, theirs.id, theirs.revision, decision_of("Planned", clock.now() + TOMORROW))
    expire("A")

    assert lapse() == 2

    assert [row.stored_status for row in findings(of=other)] == ["new"]


def test_every_worker_calls_it_in_a_group_of_its_own(app):
    assert [lapse] in app.extensions[CHORES]
