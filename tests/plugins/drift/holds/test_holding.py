"""Held groups: stored, not counted as new, decided once, and said again only when they say something else."""

import pytest
from sqlalchemy import select

from app.core import InvalidInputError, db
from app.core.audit import AuditLog
from app.plugins.drift.findings import count_open_findings
from app.plugins.drift.history import history_of
from app.plugins.drift.holds.deciding import confirm_hold, dismiss_hold
from app.plugins.drift.holds.reading import held_groups
from app.plugins.drift.holds.rows import HoldState
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance

NAMES = [f"P{number:02}" for number in range(20)]


def export(names, **fields):
    return {f"{name}.json": compliance(name, **fields) for name in names}


@pytest.fixture
def gone(take):
    """Two syncs: of twenty policies five are left in the second."""
    return take(export(NAMES)), take(export(NAMES[:5]))


@pytest.fixture
def groups(tenant):
    """The groups of the tenant in some states."""
    return lambda *states: held_groups(tenant, *(states or (HoldState.OPEN,)))


def count_open(tenant):
    return sum(count_open_findings([tenant])[tenant.id].values())


@on_both_databases
def test_a_mass_removal_is_one_group_and_no_news(gone, compare, findings, groups, tenant):
    run = compare(*gone)

    (group,) = groups()
    assert (group.held, group.hold.count, group.hold.gate) == (15, 15, "mass_change")
    assert group.hold.sentence.startswith("Compliance policies: 15 of 20 policies are gone at once.")
    assert {finding.held_by for finding in findings()} == {"mass_change"}
    assert (count_open(tenant), run.summary["new_findings"]) == (0, {})
    assert run.summary["findings"]["removed"] == 15
    assert run.summary["gates"] == {"mass_change": 15}
    assert any("15 of 20 policies are gone" in note for note in run.summary["notes"])


@on_both_databases
def test_the_same_again_is_the_same_group(gone, compare, findings, groups):
    compare(*gone)
    (first,) = groups()

    compare(*gone)

    (group,) = groups()
    assert (group.hold.id, group.held) == (first.hold.id, 15)
    assert [event.kind for event in history_of(findings()[0])] == ["held", "found"]


@on_both_databases
def test_a_confirmed_group_counts_at_once_and_is_told_by_the_next_look(
    gone, compare, findings, groups, tenant, make_user
):
    compare(*gone)
    (group,) = groups()
    user = make_user(tenant=tenant)

    confirm_hold(tenant, group.hold.id, user, reason="The old ring was given up.")

    assert (count_open(tenant), groups()) == (15, [])
    again, third = compare(*gone), compare(*gone)
    assert sum(again.summary["new_findings"].values()) == 15
    assert third.summary["new_findings"] == {}
    assert {finding.held_by for finding in findings()} == {None}
    assert "confirmed" in {event.kind for event in history_of(findings()[0])}
    entry = db.session.scalars(select(AuditLog).where(AuditLog.action == "finding_hold.confirmed")).one()
    assert entry.actor == user.email
    assert entry.details["reason"] == "The old ring was given up."


@on_both_databases
def test_a_dismissed_group_stays_so_while_it_says_the_same(gone, compare, take, groups, tenant, findings):
    compare(*gone)
    (group,) = groups()
    dismiss_hold(tenant, group.hold.id, reason="A broken export.")

    run = compare(*gone)
    later = compare(gone[0], take(export(NAMES[:5])))

    assert groups() == []
    (kept,) = groups(HoldState.DISMISSED)
    assert kept.held == 15
    assert count_open(tenant) == 0
    assert run.summary["new_findings"] == later.summary["new_findings"] == {}
    assert {finding.held_by for finding in findings()} == {"mass_change"}


def test_what_changes_after_a_group_was_dismissed_is_asked_again(take, compare, groups, tenant):
    first = take(export(NAMES))
    compare(first, take(export(NAMES, newSetting=False)))
    (group,) = groups()
    dismiss_hold(tenant, group.hold.id)

    compare(first, take(export(NAMES, newSetting=0)))

    (other,) = groups()
    assert (other.hold.gate, other.held) == ("schema_growth", 20)
    assert other.hold.id != group.hold.id


def test_what_was_told_before_is_not_swallowed_by_a_later_group(take, compare, groups, tenant):
    first = take(export(NAMES))
    compare(first, take(export(NAMES[3:])))
    assert count_open(tenant) == 3

    compare(first, take(export(NAMES[15:])))

    (group,) = groups()
    assert group.held == 12
    assert count_open(tenant) == 3


def test_a_policy_that_changed_otherwise_too_is_not_held(take, compare, findings, groups):
    after = export(NAMES, newSetting=False)
    after["P00.json"]["passcodeRequired"] = True

    compare(take(export(NAMES)), take(after))

    assert [finding.display_name for finding in findings(is_held=False)] == ["P00"]
    assert groups()[0].held == 19


def test_what_no_gate_holds_any_more_counts(take, compare, groups, tenant):
    first = take(export(NAMES))
    compare(first, take(export(NAMES[:5])))

    run = compare(first, take(export(NAMES[:15])))

    assert groups() == []
    assert count_open(tenant) == sum(run.summary["new_findings"].values()) == 5


@pytest.mark.parametrize("decide", [confirm_hold, dismiss_hold])
def test_a_group_is_decided_once_and_by_its_own_tenant(gone, compare, groups, tenant, make_tenant, decide):
    compare(*gone)
    (group,) = groups()
    with pytest.raises(InvalidInputError, match="nothing is held"):
        decide(make_tenant(), group.hold.id)

    decide(tenant, group.hold.id)

    for number in (group.hold.id, 0, 10**12):
        with pytest.raises(InvalidInputError, match="nothing is held"):
            decide(tenant, number)
