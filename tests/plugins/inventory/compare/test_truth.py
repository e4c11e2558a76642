"""The leaves we find in real exports, against the independent answer kept beside them."""

import json
import os
import re
from pathlib import Path

import pytest

from app.plugins.inventory.compare import changes_between
from app.plugins.inventory.policies import lists

BESIDE = Path(__file__).resolve().parents[4] / "../shared/data"
DATA = Path(os.environ.get("TENANTATLAS_SHARED_DATA") or BESIDE)
ANSWERS = sorted((DATA / "truth").glob("*__*__*.json"))

pytestmark = pytest.mark.skipif(
    not ANSWERS, reason="../shared/data/truth is absent: no real exports to compare"
)


def changed_policies():
    for answer in ANSWERS:
        truth = json.loads(answer.read_text())
        for policy in truth["by_id"]["policies"]:
            if policy["class"] == "changed":
                yield pytest.param(truth, policy, id=f"{answer.stem}: {policy['name']} ({policy['type']})")


def read(truth, version, file):
    document = json.loads((DATA / truth["source"] / truth[version] / file).read_text("utf-8-sig"))
    ignored = truth["rules"]["top_level_ignored"]
    return plain({key: value for key, value in document.items() if key not in ignored}, truth["rules"])


def plain(value, rules, *, is_row=False):
    if isinstance(value, list):
        return [plain(element, rules, is_row=is_row) for element in value]
    if not isinstance(value, dict):
        return value
    left = {}
    for key, inner in value.items():
        noise = key in rules["any_depth_ignored"] or (is_row and key == "id")
        if noise or any(re.search(pattern, key) for pattern in rules["any_depth_ignored_regex"]):
            continue
        kept = plain(inner, rules, is_row=key in rules["row_id_lists"])
        if kept not in (None, "", [], {}):
            left[key] = kept
    return left


@pytest.mark.parametrize(("truth", "policy"), list(changed_policies()))
def test_the_changed_leaves_agree_with_the_truth(truth, policy):
    before = read(truth, "from", policy["file_from"])
    after = read(truth, "to", policy["file_to"])

    found = changes_between(before, after, lists)

    assert found
    assert {change.names[0] for change in found} == set(policy["changed_top_level"])
    assert abs(len(found) - policy["changed_leaf_paths"]) <= 1
