"""Globs over paths of changes, matched in one pass: no pattern is slow."""

import re

# Longest first: each part of a glob.
_PARTS = re.compile(r"\*\*|\*|\?|[^*?]", re.DOTALL)


class PathGlob:
    """`*` is anything within one step, `**` anything, `?` one character within a step."""

    def __init__(self, pattern: str) -> None:
        """Take the pattern apart."""
        self._parts = _PARTS.findall(pattern)

    def covers(self, path: str) -> bool:
        """Whether it stands for a whole path."""
        places = self._skipped({0})
        for character in path:
            places = self._skipped(self._after(places, character))
            if not places:
                return False
        return len(self._parts) in places

    def _after(self, places: set[int], character: str) -> set[int]:
        """Where in the pattern one may be after one more character."""
        found = set()
        for place in places:
            part = self._parts[place] if place < len(self._parts) else ""
            if part == "**" or (part == "*" and character != "/"):
                found.add(place)
            elif part == character or (part == "?" and character != "/"):
                found.add(place + 1)
        return found

    def _skipped(self, places: set[int]) -> set[int]:
        """These places, and those behind stars that stand for nothing."""
        found = set(places)
        for place in places:
            while place < len(self._parts) and self._parts[place] in {"*", "**"}:
                place += 1  # noqa: PLW2901 - a walk along the stars
                found.add(place)
        return found
