"""Digests of what changed: equal as long as the very same changed, and never shown."""

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b

from app.plugins.inventory import MAX_PATHS, Change, SealedValue, changed_paths

DIGEST_BYTES = 16
_in_order = json.JSONEncoder(sort_keys=True).encode
REST = ""  # stands for the paths beyond those that are named


def evidence_digest(key: bytes, facts: Sequence[str | None], changes: Iterable[Change]) -> str:
    """A digest of everything that a finding says, before anything is cut or redacted.

    Args:
        key: of the tenant: without it nobody can try values until one fits.
        facts: what else is said: kind of the change, and contents where there are no single changes.
        changes: every changed leaf, in any order.

    Returns:
        32 hex digits.
    """
    return _digest(key, [list(facts), sorted(_facts(change) for change in changes)])


def path_digests(key: bytes, changes: Sequence[Change], redact: Callable[[str], str]) -> dict[str, str]:
    """A digest of what changed at each path, by the path as `changed_paths` names it.

    What changed beyond the first 1,000 paths has one digest, under `REST`.
    """
    found: dict[str, list[list[str]]] = {}
    for path, change in zip(changed_paths(changes, redact), changes, strict=False):
        found.setdefault(path, []).append(_facts(change))
    if len(changes) > MAX_PATHS:
        found[REST] = [_facts(change) for change in changes[MAX_PATHS:]]
    return {path: _digest(key, sorted(facts)) for path, facts in found.items()}


def _facts(change: Change) -> list[str]:
    return [change.path, change.kind.value, _text(change.before), _text(change.after)]


def _text(value: object) -> str:
    if isinstance(value, SealedValue):
        return json.dumps({"secret": value.seal, "kind": value.kind})
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # numbers are compared by value
    return _in_order(value)


def _digest(key: bytes, facts: object) -> str:
    return blake2b(json.dumps(facts).encode(), key=key, digest_size=DIGEST_BYTES).hexdigest()
