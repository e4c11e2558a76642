"""Which element of one list corresponds to which of the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, Protocol, TypeAlias

import orjson

from app.plugins.inventory.compare.sameness import canonical_text, is_same_tree

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class ListRules(Protocol):
    """What inventory knows about lists; property paths leave list positions out."""

    def element_key(self, path: tuple[str, ...], element: Json, /) -> str | None:
        """The key by which an element of the list at a path is matched, None when it has none."""

    def is_ordered(self, path: tuple[str, ...], /) -> bool:
        """Whether the order of the list at a path has a meaning."""


class Absent:
    """The type of `ABSENT`, which is told apart from every JSON value."""


ABSENT: Final = Absent()
KEY_LIMIT = 120  # characters of a key that are shown

Match = tuple[str, object, object]  # step, element before or ABSENT, element after or ABSENT


def matched_elements(
    path: tuple[str, ...], before: Sequence[object], after: Sequence[object], rules: ListRules
) -> Iterator[Match]:
    """Pair the elements that may differ; equal ones may be left out.

    Ordered lists pair by position. Others pair by key: scalars are their own key, an object's key comes from
    the rules. Those that share a key, or have none, cancel out where equal, then pair in list order and are
    told apart as ``[key~2]``.
    """
    if rules.is_ordered(path):
        for index, (old, new) in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield f"[{index}]", old, new
        return
    start, stop = _equal_ends(before, after)
    groups: dict[str, tuple[list[object], list[object]]] = {}
    for element in before[start : len(before) - stop]:
        groups.setdefault(_key(path, element, rules), ([], []))[0].append(element)
    for element in after[start : len(after) - stop]:
        groups.setdefault(_key(path, element, rules), ([], []))[1].append(element)
    for key, (olds, news) in groups.items():
        yield from _paired(key, olds, news)


def _equal_ends(before: Sequence[object], after: Sequence[object]) -> tuple[int, int]:
    """How many elements are equal at the start and at the end: both lists come in canonical order."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and is_same_tree(before[start], after[start]):
        start += 1
    stop = 0
    while stop < shorter - start and is_same_tree(before[-1 - stop], after[-1 - stop]):
        stop += 1
    return start, stop


def _key(path: tuple[str, ...], element: object, rules: ListRules) -> str:
    if isinstance(element, dict | list):
        return rules.element_key(path, element) or ""
    return orjson.dumps(element).decode()


def _paired(key: str, olds: list[object], news: list[object]) -> Iterator[Match]:
    if len(olds) > 1 or len(news) > 1 or not key:
        olds, news = _without_equals(olds, news)
    for position, (old, new) in enumerate(zip_longest(olds, news, fillvalue=ABSENT), start=1):
        yield _step(key, position), old, new


def _without_equals(olds: list[object], news: list[object]) -> tuple[list[object], list[object]]:
    """Both lists less the elements they share, counted as often as they occur."""
    old_texts = [canonical_text(element) for element in olds]
    new_texts = [canonical_text(element) for element in news]
    shared = Counter(old_texts) & Counter(new_texts)
    return _left_over(olds, old_texts, shared.copy()), _left_over(news, new_texts, shared)


def _left_over(elements: list[object], texts: list[bytes], shared: Counter[bytes]) -> list[object]:
    left: list[object] = []
    for element, text in zip(elements, texts, strict=True):
        if shared[text]:
            shared[text] -= 1
        else:
            left.append(element)
    return left


def _step(key: str, position: int) -> str:
    shown = key if len(key) <= KEY_LIMIT else f"{key[:KEY_LIMIT]}…"
    if key and position == 1:
        return f"[{shown}]"
    return f"[{shown}~{position}]"
