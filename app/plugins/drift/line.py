"""Lines of comparison: what a finding was compared with decides which later look speaks about it."""

from enum import StrEnum


class Line(StrEnum):
    """What the sync of a finding was compared with; each line has findings of its own."""

    BASELINE = "baseline"  # the baseline of its scope, whichever version
    PAIR = "pair"  # another sync that somebody chose, or the one before


def fingerprinted(line: Line) -> str:
    """What the line adds to the fingerprint of a finding: pairs were there first, and add nothing."""
    return "" if line is Line.PAIR else line.value
