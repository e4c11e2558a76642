import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plugins.inventory.compare import (
    Change,
    LeafKind,
    SealedValue,
    changed_paths,
    changes_between,
    evidence_of,
)
from app.plugins.inventory.policies import lists


def as_is(text):
    return text


def make_change(number=0, *, before="old", after="new", kind=LeafKind.CHANGED):
    return Change(trail=(f"/setting{number}",), kind=kind, before=before, after=after)


def test_a_change_is_told_by_four_allowlisted_facts():
    evidence = evidence_of([make_change()], as_is)

    assert evidence == {
        "entries": [{"path": "/setting0", "kind": "changed", "before": "old", "after": "new"}],
        "total_changes": 1,
        "cut_entries": 0,
        "cut_characters": 0,
    }


def test_no_more_than_fifty_entries_are_kept_and_the_rest_counted():
    evidence = evidence_of([make_change(number) for number in range(53)], as_is)

    assert len(evidence["entries"]) == 50
    assert (evidence["total_changes"], evidence["cut_entries"]) == (53, 3)


def test_a_long_value_is_cut_at_two_hundred_characters_and_the_rest_counted():
    evidence = evidence_of([make_change(before="é" * 200, after="x" * 250)], as_is)

    (entry,) = evidence["entries"]
    assert entry["before"] == "é" * 200
    assert entry["after"] == "x" * 200
    assert "before_cut" not in entry
    assert entry["after_cut"] == 50
    assert evidence["cut_characters"] == 50


def test_what_is_cut_before_and_after_is_counted_apart():
    evidence = evidence_of([make_change(before="x" * 207, after="x" * 210)], as_is)

    (entry,) = evidence["entries"]
    assert (entry["before_cut"], entry["after_cut"]) == (7, 10)
    assert evidence["cut_characters"] == 17


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (None, "null"), (12, "12"), ({}, "{}"), ([], "[]"), ("true", "true")]
)
def test_values_are_rendered_as_json_and_texts_as_they_are(value, text):
    (entry,) = evidence_of([make_change(before=value)], as_is)["entries"]

    assert entry["before"] == text


def test_an_absent_side_is_none_and_not_the_word_null():
    added = make_change(before=None, after=None, kind=LeafKind.ADDED)
    removed = make_change(before=False, after=None, kind=LeafKind.REMOVED)

    entries = evidence_of([added, removed], as_is)["entries"]

    assert [(entry["before"], entry["after"]) for entry in entries] == [(None, "null"), ("false", None)]


def test_a_token_is_taken_out_of_values_and_paths_before_they_are_cut():
    token = "eyJ" + "a" * 300
    change = Change(
        trail=("/list", f"[{token}]"), kind=LeafKind.CHANGED, before="x" * 150 + token, after=token
    )

    def redact(text):
        return text.replace(token, "[redacted]")

    evidence = evidence_of([change], redact)

    assert "eyJ" not in json.dumps(evidence)
    assert "eyJ" not in json.dumps(changed_paths([change], redact))
    assert evidence["entries"][0]["after"] == "[redacted]"
    assert evidence["cut_characters"] == 0


def test_a_secret_is_told_by_its_kind():
    (entry,) = evidence_of([make_change(before=SealedValue("script", 3))], as_is)["entries"]

    assert entry["before"] == "secret value (script, 3 lines)"


def test_changed_paths_are_bounded_in_number_and_length():
    changes = [Change(("/" + "p" * 900,), LeafKind.CHANGED, 1, 2) for _ in range(1_200)]

    paths = changed_paths(changes, as_is)

    assert len(paths) == 1_000
    assert {len(path) for path in paths} == {300}


@given(st.dictionaries(st.text(max_size=400), st.text(max_size=600) | st.lists(st.text()), max_size=80))
def test_evidence_is_bounded_whatever_changed(document):
    changes = changes_between({}, document, lists)

    evidence = evidence_of(changes, as_is)

    assert len(evidence["entries"]) == min(50, len(changes))
    assert len(evidence["entries"]) + evidence["cut_entries"] == evidence["total_changes"] == len(changes)
    for entry in evidence["entries"]:
        assert len(entry["path"]) <= 300
        assert len(entry["after"]) <= 200
        assert set(entry) <= {"path", "kind", "before", "after", "before_cut", "after_cut"}
