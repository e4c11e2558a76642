"""Exports that other people made, against the answers two independent comparers agree on."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from app.core import SourceProblem
from app.plugins.inventory.policies.canonical import canonicalize, content_hash
from app.plugins.inventory.policies.identity import Identifier
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.reading.documents import ReadDocument
from tests.support.recognized import KNOWN_TYPES, read_export

SHARED_DATA = Path(
    os.environ.get("TENANTATLAS_SHARED_DATA") or Path(__file__).resolve().parents[4] / "../shared/data"
)
TRUTH = SHARED_DATA / "truth"
PAIRS = sorted(path.name for path in TRUTH.glob("*__*__*.json"))
INVENTORIES = sorted(path.name for path in TRUTH.glob("*.inventory.json"))
SEALER = Sealer(b"a key that is used in tests only")

pytestmark = pytest.mark.skipif(
    not TRUTH.is_dir(), reason="the real exports (../shared/data, or TENANTATLAS_SHARED_DATA) are not here"
)


def take_inventory(folder):
    """{(policy type, external id, twin): (path, name, content hash)} and the problems of a folder."""
    identifier, policies, problems = Identifier(KNOWN_TYPES), {}, []
    for found in read_export(folder):
        if isinstance(found, SourceProblem):
            problems.append(found)
            continue
        assert isinstance(found, ReadDocument)
        kind = found.kind
        who = identifier.identify(found.body, kind.policy_type, found.path, kind.collection)
        problems.extend([who.problem] if who.problem else [])
        fingerprint = content_hash(canonicalize(found.body, kind.collection, SEALER).content)
        policies[kind.policy_type, who.external_id, who.twin] = (found.path, who.display_name, fingerprint)
    return policies, problems


def classes_of(baseline, current):
    """The class of every policy by (class, path before, path after)."""
    both = baseline.keys() & current.keys()
    return (
        {("removed", baseline[key][0], None) for key in baseline.keys() - both}
        | {("added", None, current[key][0]) for key in current.keys() - both}
        | {
            (
                "unchanged" if baseline[key][2] == current[key][2] else "changed",
                baseline[key][0],
                current[key][0],
            )
            for key in both
        }
    )


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_of_snapshots_differs_exactly_as_the_truth_says(name):
    truth = json.loads((TRUTH / name).read_text())
    before, _ = take_inventory(SHARED_DATA / truth["source"] / truth["from"])
    after, problems = take_inventory(SHARED_DATA / truth["source"] / truth["to"])

    expected = {(p["class"], p["file_from"], p["file_to"]) for p in truth["by_id"]["policies"]}

    assert classes_of(before, after) == expected
    assert (len(before), len(after)) == (truth["documents_from"], truth["documents_to"])
    named = {issue["file"] for issue in truth["issues_to"]}
    assert {p.path for p in problems if p.reason_code == "duplicate_identity"} == named


@pytest.mark.parametrize("name", INVENTORIES)
def test_an_inventory_holds_exactly_the_documents_and_types_of_the_truth(name):
    truth = json.loads((TRUTH / name).read_text())

    policies, problems = take_inventory(SHARED_DATA / truth["source"] / truth["version"])

    assert Counter(policy_type for policy_type, _, _ in policies) == truth["types"]
    found = {(kind, path, shown) for (kind, _, _), (path, shown, _) in policies.items()}
    assert found == {(p["type"], p["file"], p["name"]) for p in truth["policies"]}
    assert not [problem for problem in problems if problem.is_failure]
    assert len(policies) == truth["documents"]


@pytest.mark.parametrize("name", PAIRS)
def test_every_real_policy_has_the_hash_of_its_readable_form(name):
    truth = json.loads((TRUTH / name).read_text())
    for found in read_export(SHARED_DATA / truth["source"] / truth["to"]):
        if isinstance(found, ReadDocument):
            first = canonicalize(found.body, found.kind.collection, SEALER)
            shown = readable(found.body, found.kind.collection, SEALER)
            assert canonicalize(shown, found.kind.collection, SEALER) == first
