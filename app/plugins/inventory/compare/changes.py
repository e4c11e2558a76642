"""The changed leaves between two canonical policies."""

from collections.abc import Iterator, Mapping

from app.plugins.inventory.compare.change import Change, LeafKind, SealedValue
from app.plugins.inventory.compare.elements import ABSENT, ListRules, matched_elements
from app.plugins.inventory.compare.sameness import (
    is_branch,
    is_certificate,
    is_same_leaf,
    is_same_tree,
    is_secret,
)

Trail = tuple[str, ...]
Node = tuple[Trail, object, object]  # trail, before or ABSENT, after or ABSENT


def changes_between(
    before: Mapping[str, object], after: Mapping[str, object], rules: ListRules
) -> list[Change]:
    """Compare two canonical contents leaf by leaf.

    Equal subtrees are skipped whole; nothing recurses, so no depth is too deep.

    Args:
        before: the earlier content, as orjson parses it: volatile keys dropped, empty values absent,
            secrets sealed as ``{"$secret": ..., "kind": ..., "lines": ...}``.
        after: the later content, of the same form.
        rules: how the elements of lists are matched.

    Returns:
        The leaves that differ, ordered by path. An added or removed subtree is given as its leaves; a
        secret's two values are `SealedValue`, which show nothing of it.
    """
    found: list[Change] = []
    open_nodes: list[Node] = list(_properties((), before, after))
    while open_nodes:
        trail, old, new = open_nodes.pop()
        if is_branch(old) or is_branch(new):
            open_nodes.extend(_below(trail, old, new, rules))
        elif not is_same_leaf(old, new):
            found.append(_leaf_change(trail, old, new))
    return sorted(found, key=lambda change: (change.path, change.kind))


def _below(trail: Trail, old: object, new: object, rules: ListRules) -> Iterator[Node]:
    """The pairs to look at one step further down; where the shapes differ, each side goes on alone."""
    old, new = _or_empty(old, new), _or_empty(new, old)
    if isinstance(old, list) and isinstance(new, list):
        names = tuple(step[1:] for step in trail if step[0] == "/")
        for step, one, other in matched_elements(names, old, new, rules):
            yield (*trail, step), one, other
    elif isinstance(old, dict) and isinstance(new, dict) and _is_plain(old) and _is_plain(new):
        yield from _properties(trail, old, new)
    else:
        yield trail, old, ABSENT
        yield trail, ABSENT, new


def _properties(trail: Trail, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Node]:
    for name, value in old.items():
        if not is_same_tree(value, other := new.get(name, ABSENT)):
            yield (*trail, f"/{name}"), value, other
    for name, value in new.items():
        if name not in old:
            yield (*trail, f"/{name}"), ABSENT, value


def _is_plain(value: object) -> bool:
    return not is_secret(value) and not is_certificate(value)


def _or_empty(value: object, other: object) -> object:
    """A value, or where it is absent the empty container of the other's type."""
    if value is not ABSENT:
        return value
    return [] if isinstance(other, list) else {}


def _leaf_change(trail: Trail, old: object, new: object) -> Change:
    if old is ABSENT:
        return Change(trail, LeafKind.ADDED, None, _shown(new))
    if new is ABSENT:
        return Change(trail, LeafKind.REMOVED, _shown(old), None)
    return Change(trail, LeafKind.CHANGED, _shown(old), _shown(new))


def _shown(value: object) -> object:
    if isinstance(value, dict) and is_secret(value):
        lines = value.get("lines")
        kind, seal = str(value.get("kind", "")), str(value["$secret"])
        return SealedValue(kind, lines if isinstance(lines, int) else None, seal)
    if isinstance(value, dict) and is_certificate(value):
        return f"certificate {value['$thumbprint']}"
    return value
