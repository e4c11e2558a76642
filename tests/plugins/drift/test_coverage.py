"""What was not read is never guessed: withheld, counted and explained."""

from sqlalchemy import select

from app.core import db
from app.core.runs.items import BulkOperationRunItem
from tests.support.snapshots import compliance, conditional_access

BROKEN = b'{"displayName":'


def files(*names, **fields):
    return {f"iOS/{name}.json": compliance(name, **fields) for name in names}


def with_broken(*names, broken, **fields):
    return files(*names, **fields) | {f"iOS/{broken}.json": BROKEN}


def test_what_a_partial_current_sync_did_not_show_is_not_removed(take, compare, drifted):
    first = take(files("A", "B"))
    second = take(with_broken("A", broken="B"))

    run = compare(first, second)

    assert drifted() == set()
    assert run.status == "completed"
    assert run.summary["withheld"] == {"removed": 1}
    assert run.summary["notes"] == [
        "Compliance policies: 1 removed withheld, because the current sync is truncated."
    ]


def test_what_a_partial_baseline_did_not_show_is_not_added(take, compare, drifted):
    first = take(with_broken("A", broken="B"))
    second = take(files("A", "B"))

    run = compare(first, second)

    assert drifted() == set()
    assert run.summary["withheld"] == {"added": 1}
    assert "the baseline sync is truncated" in run.summary["notes"][0]


def test_what_both_syncs_read_is_compared_even_where_they_are_partial(take, compare, drifted):
    first = take(files("A", "B", "C"))
    second = take(with_broken("A", "C", broken="B", passcodeRequired=True))

    run = compare(first, second)

    assert drifted() == {("modified", "A"), ("modified", "C")}
    assert run.summary["withheld"] == {"removed": 1}


def test_a_new_policy_in_a_partial_current_sync_is_added(take, compare, drifted):
    first = take(files("A", "B"))
    second = take(with_broken("A", "New", broken="B"))

    compare(first, second)

    assert drifted() == {("added", "New")}


def test_a_change_seen_only_between_two_reads_that_missed_it_is_withheld(take, compare, drifted):
    first = take(with_broken("A", broken="B") | files("A"))
    take(files("A", "B", passcodeRequired=True))
    last = take(with_broken("A", broken="B", passcodeRequired=True))

    run = compare(first, last)

    assert drifted() == {("modified", "A")}
    assert sum(run.summary["withheld"].values()) == 1


def test_a_policy_unread_in_between_and_gone_at_last_is_removed(take, compare, drifted):
    first = take(files("A", "B"))
    partial = take(with_broken("A", broken="B"))
    last = take(files("A"))

    compare(first, last)
    assert drifted() == {("removed", "B")}

    run = compare(partial, last)
    assert run.summary["findings"]["removed"] == 0
    assert run.summary["withheld"] == {"removed": 1}


def test_a_document_of_unknown_home_lets_no_absence_be_believed(take, compare, drifted):
    first = take(
        files("A", "B") | {"CA/c.json": conditional_access("C"), "CA/d.json": conditional_access("D")}
    )
    second = take(files("A") | {"CA/c.json": conditional_access("C"), "elsewhere/what.json": BROKEN})

    run = compare(first, second)

    assert drifted() == set()
    assert run.summary["withheld"] == {"removed": 2}
    assert len(run.summary["notes"]) == 2


def test_a_type_that_one_sync_did_not_read_is_skipped_and_says_which(take, compare, drifted):
    both = files("A") | {"CA/c.json": conditional_access("C")}
    first, second = take(both), take(files("A", passcodeRequired=True))

    run = compare(first, second)
    backwards = compare(second, first)

    assert ("removed", "C") not in drifted()
    assert (run.status, run.succeeded, run.skipped) == ("completed", 1, 1)
    for side, skipping in (("current", run), ("baseline", backwards)):
        code, reason = skipped_because(skipping)
        assert code == "coverage_incomplete"
        assert f"the {side} sync read nothing" in reason


def skipped_because(run):
    query = select(BulkOperationRunItem).where(
        BulkOperationRunItem.run_id == run.id, BulkOperationRunItem.outcome == "skipped"
    )
    item = db.session.scalars(query).one()
    return item.reason_code, item.reason


def test_a_type_that_was_not_there_before_is_skipped_not_added(take, compare, drifted):
    first = take(files("A"))
    second = take(files("A") | {"CA/c.json": conditional_access("C")})

    run = compare(first, second)

    assert drifted() == set()
    assert run.skipped == 1


def test_drift_across_a_sync_that_left_a_type_out_is_found(take, compare, drifted):
    first = take(files("A") | {"CA/c.json": conditional_access("C")})
    take(files("A"))
    last = take(files("A") | {"CA/c.json": conditional_access("C", state="disabled")})

    compare(first, last)

    assert drifted() == {("modified", "C")}
