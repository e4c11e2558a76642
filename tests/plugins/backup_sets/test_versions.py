"""Which version of a policy is new to a set."""

import pytest

from app.plugins.backup_sets.versions import Addition, KeptVersion, addition_of

NEW, NEWER, OLDER, PRESENT = Addition.NEW, Addition.NEWER_VERSION, Addition.OLDER_VERSION, None


def kept(said):
    """`1A 5B`: content A from sync 1, content B from sync 5."""
    return [KeptVersion(int(word[:-1]), word[-1]) for word in said.split()]


@pytest.mark.parametrize(
    ("holds", "version", "addition"),
    [
        ("", "3A", NEW),
        ("3A", "3A", PRESENT),
        ("1A", "3A", PRESENT),
        ("1A", "3B", NEWER),
        ("1A 5B", "7A", NEWER),
        ("1A 5B", "7B", PRESENT),
        ("1A 5B", "3A", PRESENT),
        ("1A 5B", "3B", PRESENT),
        ("1A 5B", "3C", NEWER),
        ("5B", "3A", OLDER),
        ("5B", "3B", PRESENT),
        ("5B 1A", "7A", NEWER),
    ],
)
def test_a_version_is_new_unless_its_neighbour_says_the_same(holds, version, addition):
    (wanted,) = kept(version)

    assert addition_of(wanted, kept(holds)) is addition
