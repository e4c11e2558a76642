"""The life of a finding: resolved when a complete read no longer shows it, opened again when it is back."""

import pytest

from app.core import db
from app.plugins.drift.baselines import set_baseline
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

BROKEN = b'{"displayName":'
A = {"a.json": compliance("A", passcodeMinimumLength=4)}
B = {"a.json": compliance("A", passcodeMinimumLength=6)}
C = {"a.json": compliance("A", passcodeMinimumLength=8)}
FIRST = {
    "gone.json": compliance("Gone", id="1"),
    "changed.json": compliance("Changed", id="2", passcodeRequired=True),
    "again.json": compliance("Recreated", id="3"),
    "ca.json": conditional_access("Beacon"),
}
SECOND = {
    "changed.json": compliance("Changed", id="2", passcodeRequired=False),
    "again.json": compliance("Recreated", id="33"),
    "new.json": compliance("New", id="5"),
    "ca.json": conditional_access("Beacon", state="disabled"),
}


@pytest.fixture
def based(take, tenant, worker):
    """Take snapshots of which the first is the baseline; each later one is compared with it."""
    taken = []

    def look(*states):
        for state in states:
            taken.append(take(state))
            if len(taken) == 1:
                set_baseline(tenant, taken[0].id)
            else:
                worker()
        db.session.expire_all()
        return taken[-1]

    return look


def states(findings):
    db.session.expire_all()
    found = {(row.display_name, row.change_kind): row.state for row in findings()}
    db.session.commit()
    return found


@on_both_databases
def test_what_changed_and_changed_back_is_resolved_all_of_it(based, findings):
    based(FIRST, SECOND)
    assert set(states(findings).values()) == {"new"}
    assert len(states(findings)) == 5

    based(FIRST)

    assert set(states(findings).values()) == {"resolved"}
    assert len(states(findings)) == 5


@on_both_databases
def test_what_was_chosen_by_hand_is_resolved_too(take, compare, findings):
    first, second, third = take(FIRST), take(SECOND), take(FIRST)
    compare(first, second)

    run = compare(first, third)

    assert set(states(findings).values()) == {"resolved"}
    assert run.summary["resolved"] == 5


@on_both_databases
def test_a_finding_that_comes_back_is_new_again(based, findings, only, told):
    based(A, B, A)
    assert only().state == "resolved"

    based(B)

    finding = only()
    assert (finding.state, finding.resolved_at, finding.resolved_run_id) == ("new", None, None)
    assert told(finding) == ["found", "resolved", "returned"]


def test_one_that_comes_back_as_it_was_accepted_stays_acknowledged(based, only, accept):
    based(A, B)
    accept(only())
    based(A)
    assert only().state == "resolved"

    based(B)
    assert only().state == "acknowledged"

    based(A, C)
    assert only().state == "new", "it is back with other values"


@on_both_databases
@pytest.mark.parametrize(
    "unread",
    [
        {"b.json": compliance("B"), "a.json": BROKEN},
        {"b.json": conditional_access("B")},
        {"b.json": compliance("B"), "c.json": BROKEN},
    ],
    ids=[
        "the document is broken",
        "nothing of its type was read",
        "the export lacks it, and another is broken",
    ],
)
def test_an_incomplete_read_resolves_nothing(based, only, unread):
    added = {"b.json": compliance("B")} | A
    based({"b.json": compliance("B")}, added)
    assert only("A").state == "new"

    based(unread)

    assert only("A").state == "new"


def test_a_policy_that_was_read_is_resolved_although_others_were_not(based, only, findings):
    other = {"c.json": compliance("C")}
    based(A | other, B | other)

    based(A | {"c.json": BROKEN})

    assert only("A").state == "resolved"


def test_a_change_that_became_another_kind_of_change_leaves_one_open(based, findings):
    based(A | {"b.json": compliance("B")}, B | {"b.json": compliance("B")}, {"b.json": compliance("B")})

    assert states(findings) == {("A", "modified"): "resolved", ("A", "removed"): "new"}


@on_both_databases
def test_a_late_look_at_an_older_sync_resolves_nothing_and_changes_nothing(take, compare, tenant, only):
    first, second, third = take(A), take(A), take(B)
    set_baseline(tenant, first.id)
    compare(first, third)
    assert only().line == "baseline"

    compare(first, second)

    assert only().state == "new"


def test_comparing_with_another_sync_leaves_the_findings_of_the_baseline_alone(
    take, compare, tenant, accept, findings
):
    first, second, third = take(A), take(B), take(B)
    set_baseline(tenant, first.id)
    compare(first, second)
    (finding,) = findings()
    accept(finding)

    compare(third, second)
    fourth = take(C)
    compare(third, fourth)

    found = {(row.line, row.state) for row in findings()}
    assert found == {("baseline", "acknowledged"), ("pair", "new")}


def test_a_run_says_what_it_resolved_and_what_is_back(based, take, compare, tenant, only):
    first, second = take(A), take(B)
    compare(first, second)
    third = take(A)

    resolved = compare(first, third)
    back = compare(first, take(B))

    assert (resolved.summary["resolved"], resolved.summary["new_findings"]) == (1, {})
    assert (back.summary["resolved"], sum(back.summary["new_findings"].values())) == (0, 1)


@on_both_databases
def test_what_was_changed_back_before_anybody_looked_is_resolved_and_no_news(take, compare, findings):
    first, second, third = take(FIRST), take(SECOND), take(FIRST)
    compare(first, second)

    run = compare(second, third)

    assert set(states(findings).values()) == {"resolved"}
    assert (run.summary["undone"], run.summary["resolved"], run.summary["new_findings"]) == (5, 5, {})
    assert any("only take back what nobody had reviewed: 5" in note for note in run.summary["notes"])


def test_what_was_accepted_and_then_changed_back_is_news(take, compare, only, accept):
    first, second, third = take(A), take(B), take(A)
    compare(first, second)
    accept(only())

    run = compare(second, third)

    assert only().state == "new"
    assert (run.summary["undone"], run.summary["reopened"]) == (0, 1)


def test_comparing_the_same_two_syncs_backwards_shows_the_mirror_of_what_was_found(take, compare, drifted):
    first, second = take(FIRST), take(SECOND)
    compare(first, second)
    forwards = drifted()

    run = compare(second, first)

    mirror = {"added": "removed", "removed": "added"}
    assert drifted(run_id=run.id) == {(mirror.get(kind, kind), name) for kind, name in forwards}
