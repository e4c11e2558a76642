"""What acknowledgements accept: a whole finding or its paths, each with the very values it had."""

from datetime import timedelta

import pytest

from app.core import clock
from app.plugins.drift.acceptance import Acceptance, Pin, acceptance_of
from app.plugins.drift.compare import REST

PATHS = {"/a": "1", "/b": "2"}
SOON = clock.now() + timedelta(hours=1)
LATER = clock.now() + timedelta(hours=9)
PAST = clock.now() - timedelta(hours=1)


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([], None),
        ([Pin(None, "whole")], Acceptance()),
        ([Pin(None, "other values")], None),
        ([Pin("/a", "1")], None),
        ([Pin("/a", "1"), Pin("/b", "2")], Acceptance()),
        ([Pin("/a", "1"), Pin("/b", "other values")], None),
        ([Pin("/a", "2"), Pin("/b", "1")], None),
        ([Pin(None, "whole", PAST)], None),
        ([Pin(None, "whole", SOON)], Acceptance(SOON)),
        ([Pin(None, "whole", SOON), Pin(None, "whole", LATER)], Acceptance(LATER)),
        ([Pin(None, "whole", SOON), Pin(None, "whole")], Acceptance()),
        ([Pin("/a", "1", SOON), Pin("/b", "2", LATER)], Acceptance(SOON)),
        ([Pin("/a", "1", SOON), Pin("/b", "2")], Acceptance(SOON)),
        ([Pin("/a", "1", PAST), Pin("/b", "2")], None),
        ([Pin("/a", "1", SOON), Pin("/b", "2"), Pin(None, "whole", LATER)], Acceptance(LATER)),
        ([Pin("/a", "1"), Pin("/b", "2"), Pin("/c", "3")], Acceptance()),
    ],
)
def test_only_what_was_accepted_just_so_is_acknowledged(pins, expected):
    assert acceptance_of("whole", PATHS, pins) == expected


def test_paths_that_have_no_name_of_their_own_are_accepted_with_the_whole_alone():
    paths = {"/a": "1", REST: "9"}
    by_path = [Pin("/a", "1"), Pin(REST, "9")]

    assert acceptance_of("whole", paths, by_path) is None
    assert acceptance_of("whole", paths, [*by_path, Pin(None, "whole")]) == Acceptance()


def test_a_finding_without_paths_is_accepted_as_a_whole():
    assert acceptance_of("whole", {}, []) is None
    assert acceptance_of("whole", {}, [Pin(None, "whole")]) == Acceptance()
