"""Leaving out what is equal in two bodies before they are made canonical: most settings of a policy."""

from collections import Counter

import orjson

from app.core import JsonObject

SETTINGS = "settings"


def without_equal_settings(before: JsonObject, after: JsonObject) -> tuple[JsonObject, JsonObject]:
    """The same two bodies without the elements of `settings` that stand in both, each as often as in both.

    The list has no order, so what is left differs where the whole lists differ, and nowhere else.
    """
    old, new = before.get(SETTINGS), after.get(SETTINGS)
    if not (isinstance(old, list) and isinstance(new, list)):
        return before, after
    shared = Counter(map(orjson.dumps, old)) & Counter(map(orjson.dumps, new))
    return {**before, SETTINGS: _without(old, shared)}, {**after, SETTINGS: _without(new, shared)}


def _without(elements: list[object], shared: Counter[bytes]) -> list[object]:
    left = shared.copy()
    kept = []
    for element in elements:
        text = orjson.dumps(element)
        if left[text] > 0:
            left[text] -= 1
        else:
            kept.append(element)
    return kept
