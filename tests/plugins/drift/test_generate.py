"""`drift.generate`: findings of two snapshots, found again without being doubled."""

from datetime import timedelta

from sqlalchemy import update

from app.core import clock, db
from app.plugins.drift import generate as generation
from app.plugins.drift.models import Finding
from app.plugins.drift.writer import FindingWriter
from tests.support.databases import on_both_databases
from tests.support.snapshots import compliance, conditional_access

SECRET_TEXT = "token of harbour-9"


def ids(findings):
    return {(finding.id, finding.fingerprint) for finding in findings}


@on_both_databases
def test_every_kind_of_change_is_a_finding_of_its_own(take, compare, findings, drifted):
    first = take(
        {
            "gone.json": compliance("Gone", id="1"),
            "changed.json": compliance("Changed", id="2", passcodeRequired=True),
            "new id.json": compliance("Recreated", id="3"),
            "same.json": compliance("Same", id="4"),
        }
    )
    second = take(
        {
            "changed.json": compliance("Changed", id="2", passcodeRequired=False),
            "new id.json": compliance("Recreated", id="33"),
            "same.json": compliance("Same", id="4"),
            "new.json": compliance("New", id="5"),
        }
    )

    run = compare(first, second)

    assert drifted() == {
        ("removed", "Gone"),
        ("modified", "Changed"),
        ("recreated", "Recreated"),
        ("added", "New"),
    }
    assert (run.status, run.succeeded) == ("completed", 1)
    assert run.summary["findings"] == {"added": 1, "removed": 1, "modified": 1, "recreated": 1}
    assert run.summary["withheld"] == {}
    (changed,) = [finding for finding in findings() if finding.change_kind == "modified"]
    assert changed.evidence["entries"] == [
        {"path": "/passcodeRequired", "kind": "changed", "before": "true", "after": "false"}
    ]
    assert changed.severity_rule
    assert changed.severity_reason
    assert (changed.baseline_run_id, changed.current_run_id) == (first.id, second.id)


@on_both_databases
def test_finding_the_same_drift_again_adds_no_row(take, compare, findings):
    first, second = (
        take({"a.json": compliance("A"), "b.json": compliance("B")}),
        take({"a.json": compliance("A")}),
    )
    compare(first, second)
    before = ids(findings())

    compare(first, second)

    assert ids(findings()) == before
    assert len(before) == 1


def test_finding_it_again_keeps_what_a_person_decided_and_says_when_it_was_seen(
    take, compare, findings, fresh
):
    first, second = (
        take({"a.json": compliance("A"), "b.json": compliance("B")}),
        take({"a.json": compliance("A")}),
    )
    compare(first, second)
    (finding,) = findings()
    long_ago = clock.now() - timedelta(days=3)
    db.session.execute(
        update(Finding).values(status="acknowledged", created_at=long_ago, updated_at=long_ago)
    )
    db.session.commit()

    run = compare(first, second)

    again = fresh(finding)
    assert (again.status, again.created_at) == ("acknowledged", long_ago)
    assert again.updated_at > long_ago
    assert again.operation_run_id == run.id


def test_later_drift_of_the_same_policy_brings_the_finding_up_to_date(take, compare, findings):
    first = take({"a.json": compliance("A", passcodeMinimumLength=4)})
    second = take({"a.json": compliance("A", passcodeMinimumLength=6)})
    third = take({"a.json": compliance("A", passcodeMinimumLength=8)})
    compare(first, second)
    before = ids(findings())

    compare(second, third)

    (finding,) = findings()
    assert ids([finding]) == before
    assert [entry["after"] for entry in finding.evidence["entries"]] == ["8"]
    assert finding.current_run_id == third.id


def test_two_tenants_with_equal_drift_have_findings_of_their_own(
    take, compare, findings, make_tenant, tenant
):
    other = make_tenant()
    for owner in (tenant, other):
        snapshots = [
            take({"a.json": compliance("A", x=x), "b.json": compliance("B")}, of=owner) for x in (1, 2)
        ]
        compare(*snapshots, of=owner)

    (mine,), (theirs,) = findings(), findings(of=other)
    assert mine.fingerprint == theirs.fingerprint
    assert mine.id != theirs.id


def test_comparing_backwards_swaps_added_and_removed(take, compare, drifted):
    first, second = (
        take({"a.json": compliance("A"), "b.json": compliance("B")}),
        take({"a.json": compliance("A")}),
    )

    compare(second, first)

    assert drifted() == {("added", "B")}


def test_equal_snapshots_give_no_finding_and_a_completed_run(take, compare, findings):
    files = {"a.json": compliance("A")}

    run = compare(take(files), take(files))

    assert (run.status, findings()) == ("completed", [])


def test_the_run_links_to_its_findings_and_both_snapshots(take, compare, tenant):
    first, second = take({"a.json": compliance("A")}), take({"a.json": compliance("A", x=1)})

    run = compare(first, second)

    links = {link["label"]: link["url"] for link in run.related_links}
    assert links["Drift findings"] == f"/t/{tenant.slug}/findings?run={run.id}"
    assert links["Inventory snapshot"] == f"/t/{tenant.slug}/inventory/syncs/{second.id}"
    assert links["Baseline snapshot"] == f"/t/{tenant.slug}/inventory/syncs/{first.id}"


def test_one_collection_that_breaks_fails_alone_and_says_nothing_of_why(
    take, compare, drifted, monkeypatch, caplog
):
    first = take({"a.json": compliance("A"), "ca.json": conditional_access("C")})
    second = take({"a.json": compliance("A", x=1), "ca.json": conditional_access("C", state="disabled")})
    whole = FindingWriter.write

    def breaks(self, policies):
        if policies[0].collection == "compliancePolicy":
            raise KeyError(SECRET_TEXT)
        whole(self, policies)

    monkeypatch.setattr(FindingWriter, "write", breaks)

    run = compare(first, second)

    (entry,) = run.failures
    assert (run.status, run.succeeded, run.failed) == ("completed_with_errors", 1, 1)
    assert (entry["item_id"], entry["reason_code"]) == ("compliancePolicy", "unexpected_error")
    assert SECRET_TEXT not in f"{run.failures}{run.summary}"
    assert SECRET_TEXT in caplog.text
    assert drifted() == {("modified", "C")}


def test_more_policies_than_fit_one_chunk_are_all_found(take, compare, findings, monkeypatch):
    monkeypatch.setattr(generation, "CHUNK", 3)
    names = [f"P{number}" for number in range(10)]
    first = take({f"{name}.json": compliance(name) for name in names})
    second = take({f"{name}.json": compliance(name, x=1) for name in names})

    run = compare(first, second)

    assert run.summary["findings"]["modified"] == len(findings()) == 10


@on_both_databases
def test_what_nobody_knew_before_is_told_by_severity_and_what_is_found_again_is_not(take, compare, tenant):
    first = take({"ca.json": conditional_access("Beacon"), "a.json": compliance("A")})
    second = take({"ca.json": conditional_access("Beacon", state="disabled"), "a.json": compliance("A")})
    third = take({"ca.json": conditional_access("Beacon", state="disabled"), "b.json": compliance("B")})

    known = compare(first, second)
    again, more = compare(first, second), compare(first, third)

    assert known.summary["new_findings"] == {"critical": 1}
    assert again.summary["new_findings"] == {}
    assert sum(more.summary["findings"].values()) == 3
    assert sum(more.summary["new_findings"].values()) == 2, "Beacon was known"
