"""The steps of a changed path, read back from its text."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# The end of a list key: what follows is another step, or nothing.
_KEY_END = re.compile(r"\](?=[/\[]|$)")
_NAME = re.compile(r"/([^/\[]*)")
_TEXT_KEY = re.compile(r"(~\d+)?\](?=[/\[]|$)")


class Step(NamedTuple):
    """One step of a path: into a property, or by its key into an element of a list."""

    text: str
    is_key: bool


def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path such as ``/conditions/users/excludeGroups["g1"]``; a cut one ends at the cut."""
    return tuple(_steps(path))


@lru_cache(maxsize=4096)
def property_path(path: str) -> str:
    """A path without the keys of lists: equal for the same property of every element."""
    return "".join(f"/{step.text}" for step in steps_of(path) if not step.is_key)


def _steps(path: str) -> Iterator[Step]:
    place = 0
    while place < len(path):
        if path[place] == "[":
            text, place = _key(path, place + 1)
            yield Step(text, is_key=True)
        elif found := _NAME.match(path, place):
            yield Step(found[1].replace("~1", "/").replace("~0", "~"), is_key=False)
            place = found.end()
        else:
            yield Step(path[place:], is_key=False)
            return


def _key(path: str, start: int) -> tuple[str, int]:
    """A key, and where the next step begins."""
    if path.startswith('"', start):
        try:
            text, end = json.JSONDecoder().raw_decode(path, start)
        except json.JSONDecodeError:
            text, end = "", start
        if text and (closing := _TEXT_KEY.match(path, end)):
            return text + (closing[1] or ""), closing.end()
    ending = _KEY_END.search(path, start)
    if ending is None:
        return path[start:], len(path)
    return path[start : ending.start()], ending.end()
