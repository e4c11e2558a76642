"""Digests of evidence: equal for equal changes, and for no others, however much of them is shown."""

import pytest

from app.plugins.drift.compare import (
    REST,
    Change,
    LeafKind,
    SealedValue,
    evidence_digest,
    evidence_of,
    path_digests,
)
from app.plugins.inventory.compare.evidence import MAX_PATHS, MAX_VALUE

KEY = b"k" * 32


def changed(path, before, after, kind=LeafKind.CHANGED):
    return Change((f"/{path}",), kind, before, after)


def digest(*changes, key=KEY):
    return evidence_digest(key, ["modified"], changes)


def paths(*changes):
    return path_digests(KEY, changes, str)


def test_the_order_of_changes_makes_no_difference():
    one, other = changed("a", 1, 2), changed("b", "x", "y")

    assert digest(one, other) == digest(other, one)
    assert len(digest(one, other)) == 32


@pytest.mark.parametrize(
    "other",
    [
        changed("a", 1, 3),
        changed("a", 0, 2),
        changed("b", 1, 2),
        changed("a", 1, "2"),
        changed("a", None, 2, LeafKind.ADDED),
        changed("a", True, 2),
    ],
    ids=str,
)
def test_any_other_value_path_or_kind_is_another_digest(other):
    assert digest(changed("a", 1, 2)) != digest(other)


def test_numbers_are_the_same_by_value():
    assert digest(changed("a", 1.0, 2)) == digest(changed("a", 1, 2.0))


def test_a_secret_is_told_by_its_seal_which_nothing_shows():
    before = SealedValue("password", 3, seal="11" * 32)
    one, other = (changed("s", before, SealedValue("password", 3, seal=end * 32)) for end in ("22", "33"))

    assert digest(one) != digest(other)
    assert paths(one) != paths(other)
    assert evidence_of([one], str) == evidence_of([other], str)
    assert "22" * 32 not in f"{one!r}{evidence_of([one], str)}"


def test_what_is_cut_from_the_evidence_counts_too():
    long = "x" * (MAX_VALUE + 50)
    one, other = changed("a", "", f"{long}1"), changed("a", "", f"{long}2")

    assert evidence_of([one], str)["entries"] == evidence_of([other], str)["entries"]
    assert digest(one) != digest(other)


def test_each_tenant_has_digests_of_its_own():
    assert digest(changed("a", 1, 2)) != digest(changed("a", 1, 2), key=b"o" * 32)


def test_each_path_has_a_digest_of_what_changed_there():
    found = paths(changed("a", 1, 2), changed("b", 1, 2), changed("b", None, 3, LeafKind.ADDED))

    assert set(found) == {"/a", "/b"}
    assert found["/a"] == paths(changed("a", 1, 2))["/a"]
    assert found["/b"] != paths(changed("b", 1, 2))["/b"]


def test_beyond_a_thousand_paths_the_others_share_one_digest():
    many = [changed(f"p{number:05}", 1, 2) for number in range(MAX_PATHS + 2)]

    found = paths(*many)

    assert len(found) == MAX_PATHS + 1
    assert found[REST] != paths(*many[:-1])[REST]
