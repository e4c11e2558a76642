"""When two JSON values are the same."""

import orjson

SEAL_FACTS = frozenset({"$secret", "kind", "lines"})


def is_same_leaf(before: object, after: object) -> bool:
    """Whether two leaves are equal: numbers by value, but a boolean is never a number."""
    return before == after and isinstance(before, bool) == isinstance(after, bool)


def is_same_tree(before: object, after: object) -> bool:
    """Whether two values are surely equal, at any depth; a false "no" only costs a closer look.

    Python holds ``[1]`` and ``[True]`` to be equal, so the equality of containers is confirmed by their text.
    """
    if before is after:
        return True
    if not isinstance(before, dict | list):
        return is_same_leaf(before, after)
    return before == after and canonical_text(before) == canonical_text(after)


def canonical_text(value: object) -> bytes:
    """A value as JSON with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def is_secret(value: object) -> bool:
    """Whether a value is a sealed secret, as inventory writes it: an object of these facts and no others."""
    return isinstance(value, dict) and isinstance(value.get("$secret"), str) and value.keys() <= SEAL_FACTS


def is_certificate(value: object) -> bool:
    """Whether a value stands for a public certificate, as inventory writes it: by its thumbprint."""
    return isinstance(value, dict) and isinstance(value.get("$thumbprint"), str) and len(value) <= 2


def is_branch(value: object) -> bool:
    """Whether a value has leaves below it; not so empty containers, secrets, certificates."""
    return (
        isinstance(value, dict | list) and bool(value) and not is_secret(value) and not is_certificate(value)
    )
