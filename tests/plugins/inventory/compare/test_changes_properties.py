import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.plugins.inventory.compare import LeafKind, changes_between
from app.plugins.inventory.policies import lists

SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "/", "~", "[x]", "é"])
)
NAMES = st.sampled_from(["a", "b", "settings", "assignments", "onDemandRules", "excludeGroups", "x/y"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document):
    assert changes_between(document, json.loads(json.dumps(document)), lists) == []


@given(DOCUMENTS, DOCUMENTS)
@settings(max_examples=300)
def test_swapping_the_documents_swaps_added_and_removed(before, after):
    mirror = {LeafKind.ADDED: "removed", LeafKind.REMOVED: "added", LeafKind.CHANGED: "changed"}

    there = changes_between(before, after, lists)
    back = changes_between(after, before, lists)

    assert sorted(
        (change.path, mirror[change.kind], repr(change.after), repr(change.before)) for change in there
    ) == sorted((change.path, str(change.kind), repr(change.before), repr(change.after)) for change in back)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, SCALARS, min_size=1), max_size=5), st.data())
def test_one_edited_leaf_is_one_change(document, data):
    leaves = [(outer, inner) for outer, body in document.items() for inner in body]
    if not leaves:
        return
    outer, inner = data.draw(st.sampled_from(leaves))
    edited = json.loads(json.dumps(document))
    edited[outer][inner] = "edited"

    (change,) = changes_between(document, edited, lists)

    assert change.names == (outer, inner)
    assert change.after == "edited"
