"""Acknowledging holds for what was seen: other values, a withdrawal or time make the finding new again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core import InvalidInputError, clock, db
from app.core.audit import AuditLog
from app.plugins.drift.acknowledging import acknowledge
from app.plugins.drift.deciding import decision_of
from app.plugins.drift.findings import count_open_findings
from app.plugins.drift.models import Finding, FindingAcknowledgement
from app.plugins.drift.withdrawing import withdraw
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance


def policy(**fields):
    return {"a.json": compliance("A", **fields)}


@pytest.fixture
def drift(take, compare):
    """Take snapshots one after the other and compare each with the first: `drift(first, second, third)`."""
    taken = []

    def look(*states):
        for state in states:
            taken.append(take(state))
            if len(taken) > 1:
                run = compare(taken[0], taken[-1])
        return run

    return look


def pass_time():
    """What holds until a moment holds no more."""
    for model, column in ((Finding, "acknowledged_until"), (FindingAcknowledgement, "expires_at")):
        moment = getattr(model, column)
        long_ago = clock.now() - timedelta(days=2)
        db.session.execute(update(model).where(moment.is_not(None)).values({column: long_ago}))
    db.session.commit()


def audited(action):
    query = select(AuditLog).where(AuditLog.action == action).order_by(AuditLog.id)
    entries = db.session.scalars(query).all()
    db.session.commit()
    return entries


@on_both_databases
def test_an_acknowledged_finding_that_changes_is_new_again_and_its_history_is_kept(
    drift, only, accept, told, operator
):
    drift(policy(passcodeMinimumLength=4), policy(passcodeMinimumLength=6))
    accept(only(), "Agreed with the works council", user=operator)
    assert only().status == "acknowledged"

    run = drift(policy(passcodeMinimumLength=8))

    finding = only()
    assert (finding.status, finding.state) == ("new", "new")
    assert told(finding) == ["found", "acknowledged", "reopened"]
    assert sum(run.summary["new_findings"].values()) == 1


@on_both_databases
def test_the_same_values_seen_again_stay_acknowledged(drift, only, accept, told):
    drift(policy(passcodeMinimumLength=4), policy(passcodeMinimumLength=6))
    accept(only())

    run = drift(policy(passcodeMinimumLength=6))

    assert only().status == "acknowledged"
    assert told(only()) == ["found", "acknowledged"]
    assert run.summary["new_findings"] == {}


def test_values_that_go_back_to_what_was_accepted_are_acknowledged_again(drift, only, accept, told):
    drift(policy(passcodeMinimumLength=4), policy(passcodeMinimumLength=6))
    accept(only())

    drift(policy(passcodeMinimumLength=8), policy(passcodeMinimumLength=6))

    assert only().status == "acknowledged"
    assert told(only()) == ["found", "acknowledged", "reopened", "changed"]


@on_both_databases
def test_one_path_is_acknowledged_and_another_changes(drift, only, accept):
    before = policy(passcodeMinimumLength=4, passcodeRequired=True)
    drift(before, policy(passcodeMinimumLength=6, passcodeRequired=True))
    accept(only(), paths=["/passcodeMinimumLength"])
    assert only().status == "acknowledged", "each changed path is accepted"

    drift(policy(passcodeMinimumLength=6, passcodeRequired=False))
    assert only().status == "new"
    accept(only(), paths=["/passcodeRequired"])
    assert only().status == "acknowledged"

    drift(policy(passcodeMinimumLength=7, passcodeRequired=False))
    assert only().status == "new"


def test_a_path_that_is_not_accepted_leaves_the_finding_new(drift, only, accept, told):
    drift(
        policy(passcodeMinimumLength=4, passcodeRequired=True),
        policy(passcodeMinimumLength=6, passcodeRequired=False),
    )

    accept(only(), paths=["/passcodeMinimumLength"])

    assert only().status == "new"
    assert told(only()) == ["found", "acknowledged"]


@pytest.mark.parametrize("path", ["/imaginary", ""])
def test_a_path_that_the_finding_does_not_name_is_refused(drift, only, accept, path):
    drift(policy(x=1), policy(x=2))

    with pytest.raises(InvalidInputError, match="is none of this finding"):
        accept(only(), paths=["/x", path])

    assert only().status == "new"
    assert db.session.scalars(select(FindingAcknowledgement)).all() == []


@on_both_databases
def test_an_acknowledgement_that_is_over_is_never_shown_as_valid(drift, only, accept, tenant, findings):
    drift(policy(x=1), policy(x=2))
    accept(only(), until=clock.now() + timedelta(days=1))
    assert only().status == "acknowledged"

    pass_time()

    finding = only()
    assert finding.stored_status == "acknowledged", "nobody has noticed yet"
    assert (finding.status, finding.state) == ("new", "new")
    assert [row.id for row in findings(state="new")] == [finding.id]
    assert findings(state="acknowledged") == []
    assert sum(count_open_findings([tenant])[tenant.id].values()) == 1


@on_both_databases
def test_the_next_generation_notes_what_is_over_in_the_history(drift, only, accept, told):
    drift(policy(x=1), policy(x=2))
    accept(only(), until=clock.now() + timedelta(days=1))
    pass_time()

    drift(policy(x=2))

    finding = only()
    assert (finding.stored_status, finding.acknowledged_until) == ("new", None)
    assert told(finding) == ["found", "acknowledged", "expired"]


@on_both_databases
def test_taking_it_back_makes_it_new(drift, only, accept, told, tenant, operator):
    drift(policy(x=1), policy(x=2))
    accept(only(), user=operator)

    withdraw(tenant, only().id, operator, "Too early")

    assert only().status == "new"
    assert told(only()) == ["found", "acknowledged", "withdrawn"]
    with pytest.raises(InvalidInputError, match="not acknowledged"):
        withdraw(tenant, only().id, operator)


def test_a_policy_that_came_or_went_is_acknowledged_with_its_content(drift, only, accept):
    first = {"b.json": compliance("B")}
    drift(first, first | policy(x=1))
    accept(only("A"))
    assert only("A").status == "acknowledged"

    drift(first | policy(x=2))

    assert only("A").status == "new"


def test_a_changed_script_reopens_and_nothing_of_it_is_shown(drift, only, accept):
    def script(text):
        return {"s.json": {"@odata.type": "#microsoft.graph.deviceManagementScript", "displayName": "S",
                           "fileName": "s.ps1", "scriptContent": text}}  # fmt: skip

    drift(script("YQ=="), script("Yg=="))
    accept(only())
    assert only().status == "acknowledged"

    drift(script("Yw=="))

    assert only().status == "new"
    assert "Yw==" not in str(only().evidence)


def test_what_changed_meanwhile_is_not_accepted_blindly(drift, only, tenant):
    drift(policy(x=1), policy(x=2))
    seen, revision = only(), only().revision
    drift(policy(x=3))

    with pytest.raises(InvalidInputError, match="changed since it was looked at"):
        acknowledge(tenant, seen.id, revision, decision_of("Planned"))

    assert only().status == "new"


@on_both_databases
def test_who_accepted_what_and_why_is_in_the_audit_log(drift, only, accept, tenant, operator):
    drift(policy(x=1), policy(x=2))
    accept(only(), "Agreed, token=abcdef123456", paths=["/x"], user=operator)
    withdraw(tenant, only().id, operator, "Too early")

    [given], [taken] = audited("finding.acknowledged"), audited("finding.unacknowledged")
    assert (given.actor, given.user_id, given.subject) == (
        operator.email,
        operator.id,
        f"finding:{only().id}",
    )
    assert given.details["paths"] == ["/x"]
    assert given.details["reason"].startswith("Agreed, ")
    assert "abcdef123456" not in f"{given.details}"
    assert (taken.actor, taken.details["reason"]) == (operator.email, "Too early")


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        ("", None, "reason"),
        ("  \n", None, "reason"),
        ("x" * 401, None, "reason: at most 400"),
        ("Planned", "yesterday", "until: 'yesterday'"),
        ("Planned", "2020-01-01", "is not in the future"),
        ("Planned", "9999-99-99", "until: '9999-99-99'"),
    ],
)
def test_a_decision_needs_a_reason_and_an_end_that_lies_ahead(reason, until, said):
    with pytest.raises(InvalidInputError, match=said):
        decision_of(reason, until)
