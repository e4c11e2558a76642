"""What was not read is never guessed: withheld, counted and explained."""

import pytest
from sqlalchemy import select

from app.core import db
from app.core.runs.items import BulkOperationRunItem
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

BROKEN = b'{"displayName":'
# UTF-16 that somebody read as Latin-1 and saved as UTF-8: text, and not JSON.
MOJIBAKE = '{"displayName": "B"}'.encode("utf-16").decode("latin-1").encode()
THROTTLED = {"error": {"code": "TooManyRequests", "message": "Retry after 30 seconds."}}
DENIED = {"error": {"code": "Forbidden", "message": "The application is not authorized."}}


@pytest.fixture
def stands(findings):
    """Where each finding stands: {(change kind, name): state, ...}."""

    def told():
        db.session.expire_all()
        found = {(row.change_kind, row.display_name): row.state for row in findings()}
        db.session.commit()
        return found

    return told


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


def page(*policies, more=False):
    link = {"@odata.nextLink": "https://graph.example.com/policies?$skiptoken=2"} if more else {}
    return {"value": list(policies), **link}


@on_both_databases
@pytest.mark.parametrize("rest", [{"iOS/2.json": THROTTLED}, {}], ids=["its answer was kept", "it was not"])
def test_a_throttled_read_removes_and_resolves_nothing_and_shows_what_it_read(
    take, compare, stands, sync_of, rest
):
    a, b, c, new = (compliance(name) for name in ("A", "B", "C", "New"))
    a_changed, b_changed, c_changed = (compliance(name, passcodeRequired=True) for name in "ABC")
    first = take({"iOS/1.json": page(a, b), "iOS/2.json": page(c)})
    compare(first, take({"iOS/1.json": page(a, b_changed), "iOS/2.json": page(c_changed, new)}))
    stood = {("modified", "B"): "new", ("modified", "C"): "new", ("added", "New"): "new"}
    assert stands() == stood

    throttled = take({"iOS/1.json": page(a_changed, b, more=not rest)} | rest)
    run = compare(first, throttled)

    assert sync_of(throttled).status == "completed_with_errors"
    assert stands() == stood | {("modified", "A"): "new", ("modified", "B"): "resolved"}
    assert (run.summary["withheld"], run.summary["resolved"]) == ({"modified": 1, "added": 1}, 1)


@on_both_databases
def test_a_mojibake_file_removes_and_resolves_nothing_and_others_are_compared(take, compare, stands, sync_of):
    first = take(files("A", "B", "C"))
    compare(first, take(files("A", "C") | files("B", passcodeRequired=True)))
    stood = {("modified", "B"): "new"}
    assert stands() == stood

    garbled = take(files("A", passcodeRequired=True) | {"iOS/B.json": MOJIBAKE, "iOS/C.json": MOJIBAKE})
    run = compare(first, garbled)

    assert sync_of(garbled).status == "completed_with_errors"
    assert stands() == stood | {("modified", "A"): "new"}
    assert (run.summary["withheld"], run.summary["resolved"]) == ({"modified": 1, "removed": 1}, 0)


@on_both_databases
def test_a_denied_type_removes_and_resolves_nothing_and_others_are_compared(take, compare, stands, sync_of):
    def both(state, *names, **fields):
        beacons = {f"Conditional Access/{name}.json": conditional_access(name, state=state) for name in names}
        return beacons | files("A", **fields)

    first = take(both("enabled", "C", "D"))
    compare(first, take(both("disabled", "C", "New")))
    stood = {("modified", "C"): "new", ("removed", "D"): "new", ("added", "New"): "new"}
    assert stands() == stood

    denied = take({"Conditional Access/answer.json": DENIED} | files("A", passcodeRequired=True))
    run = compare(first, denied)

    assert sync_of(denied).status == "completed_with_errors"
    assert stands() == stood | {("modified", "A"): "new"}
    assert (run.summary["withheld"], run.summary["resolved"]) == (
        {"modified": 1, "removed": 1, "added": 1},
        0,
    )
