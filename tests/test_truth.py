"""Inventory and drift of real exports against the independent answers kept beside them."""

import json
from collections import Counter

import pytest
from sqlalchemy import func, select

from app.core import db
from app.plugins.drift.findings import FindingFilter, list_findings
from app.plugins.drift.holds.reading import held_groups
from app.plugins.drift.holds.rows import HoldState
from app.plugins.inventory.models import InventoryDocument, InventoryPolicy, InventoryVersion
from app.plugins.inventory.store.snapshots import find_sync, policies_at, problems_of
from tests.support.snapshots import SHARED, generate_drift, import_export

PAIRS = sorted((SHARED / "truth").glob("*__*__*.json"))
INVENTORIES = sorted((SHARED / "truth").glob("*.inventory.json"))
SNAPSHOTS = [
    path
    for source in ("alexfilipin-ca", "ces2026-intunecd", "j0eyv-ca", "ms-config-frameworks")
    for path in sorted((SHARED / source).glob("*/"))
]
NO_TYPE_IN_FILE = {
    "folder:Message Templates": "notificationMessageTemplate",
    "folder:Scope Tags": "roleScopeTag",
    "folder:Device Management Settings": "deviceManagementSettings",
}
CLASSES = {
    "added": ["added"],
    "removed": ["removed"],
    "modified": ["changed"],
    "recreated": ["added", "removed"],
}

pytestmark = pytest.mark.skipif(
    not (PAIRS and INVENTORIES), reason=f"no answers in {SHARED / 'truth'}: the real exports are absent"
)
on_every_pair = pytest.mark.parametrize("answer", PAIRS, ids=lambda path: path.stem)
on_every_snapshot = pytest.mark.parametrize(
    "path", SNAPSHOTS, ids=lambda path: f"{path.parent.name} {path.name}"
)


def expected_type(policy):
    return NO_TYPE_IN_FILE.get(policy["type"], policy["type"])


def expected_classes(truth):
    return Counter(
        (expected_type(policy), policy["name"], policy["class"])
        for policy in truth["by_id"]["policies"]
        if policy["class"] != "unchanged"
    )


def classes(rows):
    """(type, name, class) with multiplicity, from (type, name, change kind)."""
    return Counter((kind, name, told) for kind, name, change in rows for told in CLASSES[change])


@on_every_pair
def test_every_policy_is_in_the_class_the_truth_gives_it(tenant, answer):
    truth = json.loads(answer.read_text())
    baseline, current = (
        import_export(tenant, SHARED / truth["source"] / truth[version]) for version in ("from", "to")
    )

    run = generate_drift(tenant, baseline, current)

    found = list_findings(tenant, FindingFilter(), limit=None)
    assert run.status == "completed"
    told = classes((row.subject_type, row.display_name, row.change_kind) for row in found)
    assert told == expected_classes(truth)
    recreated = {(one["type"], one["name"]) for one in truth["by_id"]["recreated_same_name_new_id"]}
    assert {(f.subject_type, f.display_name) for f in found if f.change_kind == "recreated"} == recreated


def held_in(tenant, source, older, newer):
    compared = [import_export(tenant, SHARED / source / version) for version in (older, newer)]
    run = generate_drift(tenant, *compared)
    return run, [(group.hold.gate, group.held) for group in held_groups(tenant, HoldState.OPEN)]


def test_assignments_that_began_to_be_collected_are_told_once(tenant):
    run, held = held_in(tenant, "ces2026-intunecd", "v2025.12.08.2", "v2025.12.11.7")

    assert held == [("collection_change", 20)]
    assert run.summary["new_findings"] == {}
    assert run.summary["gates"]["collection_change"] == 20
    (group,) = held_groups(tenant, HoldState.OPEN)
    assert group.hold.sentence.startswith("20 policies show assignments for the first time")
    assert {finding.held_by for finding in list_findings(tenant, FindingFilter())} == {"collection_change"}


def test_assignments_that_are_no_longer_collected_are_told_once(tenant):
    _run, held = held_in(tenant, "ces2026-intunecd", "v2025.12.11.7", "v2025.12.08.2")

    assert held == [("collection_change", 20)]


def test_an_export_of_another_tenant_is_one_group(tenant):
    run, held = held_in(tenant, "j0eyv-ca", "2024.4.1", "2024.6.1")

    assert held == [("mass_change", 26)]
    assert run.summary["new_findings"] == {}


def test_a_handful_of_changes_is_held_by_no_gate(tenant):
    run, held = held_in(tenant, "ces2026-intunecd", "v2025.12.08.1", "v2025.12.08.2")

    assert held == []
    assert sum(run.summary["new_findings"].values()) == 13


@on_every_pair
def test_comparing_backwards_swaps_what_was_added_and_removed(tenant, answer):
    truth = json.loads(answer.read_text())
    older, newer = (
        import_export(tenant, SHARED / truth["source"] / truth[version]) for version in ("from", "to")
    )

    generate_drift(tenant, newer, older)

    found = list_findings(tenant, FindingFilter(), limit=None)
    swapped = {"added": "removed", "removed": "added"}
    told = classes(
        (row.subject_type, row.display_name, swapped.get(row.change_kind, row.change_kind)) for row in found
    )
    assert told == expected_classes(truth)


@on_every_pair
def test_both_snapshots_of_a_pair_hold_the_policies_of_the_truth(tenant, answer):
    truth = json.loads(answer.read_text())

    for version, gone in (("from", "added"), ("to", "removed")):
        sync = find_sync(tenant, import_export(tenant, SHARED / truth["source"] / truth[version]).id)

        there = [policy for policy in truth["by_id"]["policies"] if policy["class"] != gone]
        assert sync.policy_count == truth[f"documents_{version}"] == len(there)
        named = Counter((expected_type(policy), policy["name"]) for policy in there if policy["name"])
        held = Counter((row.policy_type, row.display_name) for row in policies_at(sync))
        assert not named - held


def test_the_command_line_gives_the_classes_of_the_truth_as_json(tenant, flask_cli):
    truth = json.loads(PAIRS[0].read_text())
    for version in ("from", "to"):
        path = SHARED / truth["source"] / truth[version]
        assert flask_cli("inventory", "import", tenant.slug, path, "--inline", "--json").exit_code == 0

    generated = flask_cli("drift", "generate", tenant.slug, "--inline", "--json")
    listed = flask_cli("findings", "list", tenant.slug, "--json")

    counts = truth["by_id"]["counts"]
    assert json.loads(generated.stdout)["findings"] == {
        "added": counts["added"],
        "removed": counts["removed"],
        "modified": counts["changed"],
        "recreated": 0,
    }
    rows = json.loads(listed.stdout)
    told = classes((row["subject_type"], row["display_name"], row["change_kind"]) for row in rows)
    assert told == expected_classes(truth)


@pytest.mark.parametrize("answer", INVENTORIES, ids=lambda path: path.stem)
def test_an_inventory_holds_the_documents_types_names_and_ids_of_the_truth(tenant, answer):
    truth = json.loads(answer.read_text())

    run = import_export(tenant, SHARED / truth["source"] / truth["version"])

    sync = find_sync(tenant, run.id)
    rows = policies_at(sync)
    assert run.status == "completed"
    assert (sync.policy_count, len(rows)) == (truth["documents"], truth["documents"])
    assert Counter(row.policy_type for row in rows) == truth["types"]
    assert {problem.path for problem in problems_of(sync) if problem.is_failure} == {
        issue["file"] for issue in truth["issues"]
    }
    wanted = Counter((policy["type"], policy["name"], policy["id"]) for policy in truth["policies"])
    assert Counter((row.policy_type, row.display_name, graph_id(row)) for row in rows) == wanted


def graph_id(row):
    return None if row.external_id.startswith("name:") else row.external_id


def test_a_duplicate_identity_is_kept_twice_and_said(tenant):
    sync = find_sync(tenant, import_export(tenant, SHARED / "alexfilipin-ca" / "2021-11").id)

    doubles = [row for row in policies_at(sync) if row.external_id.endswith("~2")]
    remarks = [problem for problem in problems_of(sync) if problem.reason_code == "duplicate_identity"]
    assert len(doubles) == len(remarks) == 1
    assert not remarks[0].is_failure
    assert remarks[0].path.endswith("Block access When high sign-in risk is detected.json")


def stored_rows():
    tables = (InventoryDocument, InventoryPolicy, InventoryVersion)
    return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]


@on_every_snapshot
def test_importing_a_snapshot_twice_stores_nothing_and_finds_nothing(tenant, path):
    first = import_export(tenant, path)
    stored = stored_rows()

    second = import_export(tenant, path)
    run = generate_drift(tenant, first, second)

    assert stored_rows() == stored
    assert stored[0] > 0
    assert run.status == "completed"
    assert run.summary["findings"] == {"added": 0, "removed": 0, "modified": 0, "recreated": 0}
    assert not list_findings(tenant, FindingFilter())
