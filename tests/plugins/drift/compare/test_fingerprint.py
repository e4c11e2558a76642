from hypothesis import given
from hypothesis import strategies as st

from app.plugins.drift.compare import ChangeKind, fingerprint_of

PARTS = st.tuples(*[st.text(max_size=6)] * 5)


def test_a_fingerprint_stays_the_same_from_release_to_release():
    assert (
        fingerprint_of("drift", "scope", "iosCompliancePolicy", "id-1", "added")
        == "21f7e574a4dbf4a091bb63b428ce85d0"
    )


def test_a_change_kind_counts_by_its_text():
    parts = ("drift", "scope", "iosCompliancePolicy", "id-1")

    assert fingerprint_of(*parts, ChangeKind.ADDED) == fingerprint_of(*parts, "added")
    assert fingerprint_of(*parts, ChangeKind.ADDED) != fingerprint_of(*parts, ChangeKind.REMOVED)


def test_parts_cannot_be_shifted_into_each_other():
    assert fingerprint_of("a", "b,c", "", "d", "e") != fingerprint_of("a,b", "c", "", "d", "e")
    assert fingerprint_of("a", '","', "", "", "") != fingerprint_of("a", "", '","', "", "")


@given(PARTS, PARTS)
def test_different_parts_have_different_fingerprints(one, other):
    assert (fingerprint_of(*one) == fingerprint_of(*other)) == (one == other)
