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
    old_texts, new_texts = ([orjson.dumps(element) for element in side] for side in (old, new))
    old_left, new_left = _without(old, old_texts, new_texts), _without(new, new_texts, old_texts)
    return {**before, SETTINGS: old_left}, {**after, SETTINGS: new_left}


def _without(elements: list[object], texts: list[bytes], others: list[bytes]) -> list[object]:
    """The elements whose text the other side does not have, or not as often."""
    there = Counter(others)
    left = []
    for element, text in zip(elements, texts, strict=True):
        if there.get(text):
            there[text] -= 1
        else:
            left.append(element)
    return left
