"""One form for all bodies that mean the same, so that equal policies have equal hashes."""

import re
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson

from app.plugins.inventory.policies.assignments import plain_assignments
from app.plugins.inventory.policies.instants import one_instant
from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.policies.lists import element_key
from app.plugins.inventory.policies.places import Place, root_place
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.policies.sealing import Sealing
from app.plugins.inventory.policies.spelling import respelled

NORMALIZER_VERSION = 2  # goes up with every change that gives an unchanged policy another hash

_WHOLE_NUMBERS = 2.0**53  # above it a float is no longer exact
_REFERENCED_ID = re.compile(r"\('([^']+)'\)\s*$")


@dataclass(frozen=True, slots=True)
class CanonicalPolicy:
    """A policy in the form in which it is compared."""

    content: Document
    secret_count: int  # values that were replaced by a seal
    is_wary: bool = field(compare=False)  # somewhere in the document is what may be a credential


def canonicalize(
    document: Document, collection: str, sealer: Sealer, *, is_wary: bool | None = None
) -> CanonicalPolicy:
    """Bring a policy into the form in which it is compared.

    Args:
        document: the body as parsed, or its readable form: both give the same content.
        collection: key of the collection it belongs to.
        sealer: holds the tenant's key.
        is_wary: False for a body that was made readable before; found out when missing.

    Source:
        the product's comparison rules: noise dropped by path, secrets sealed, null, "", [], missing alike,
        LF at line ends, instants in UTC, numbers by value, lists without meaningful order sorted by their
        elements' keys.
    """
    sealing = Sealing(document, sealer, is_wary=is_wary)
    plain = respelled(document)
    if "assignments" in plain:
        plain = {**plain, "assignments": plain_assignments(plain["assignments"])}
    content = _object(plain, root_place(collection), sealing)
    return CanonicalPolicy(content, sealing.secret_count, sealing.is_wary)


def content_hash(content: Document) -> str:
    """The fingerprint of canonical content: blake2b, 16 bytes, as 32 hexadecimal digits."""
    return blake2b(_serialized(content), digest_size=16).hexdigest()


def _serialized(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _object(node: Document, place: Place, sealing: Sealing) -> Document:
    if "kind" in node and sealing.is_sealed(node):
        return node
    out: Document = {}
    known = place.children
    for key, value in (sealing.setting(node) if sealing.is_wary else node).items():
        if value is None:
            continue
        child = known.get(key) or place.child(key)
        if isinstance(value, int) and not child.special:
            out[key] = value
            continue
        plain = _value(value, child, sealing)
        if plain is not None:
            out[key] = plain
    return out


def _value(value: Json, place: Place, sealing: Sealing) -> Json:
    """The plain form of a property's value; None for everything that is as good as missing."""
    if place.special:
        if place.dropped:
            return None
        if place.secret is not None:
            return sealing.secret(value, place.secret) or None
    if isinstance(value, str):
        return _text(value, place, sealing) if value else None
    if isinstance(value, dict):
        return _object(value, place, sealing) or None
    if isinstance(value, list):
        return _list(value, place, sealing) or None
    return _number(value) if isinstance(value, float) else value


def _list(elements: list[Json], place: Place, sealing: Sealing) -> list[Json]:
    present = (element for element in elements if element is not None and element not in ("", []))
    plain = [_element(element, place, sealing) for element in present]
    if len(plain) < 2 or place.ordered:
        return plain
    if all(isinstance(element, str) for element in plain):
        texts = [element for element in plain if isinstance(element, str)]
        return list[Json](sorted(set(texts)) if place.unique else sorted(texts))
    return _sorted(plain, place)


def _element(element: Json, place: Place, sealing: Sealing) -> Json:
    if isinstance(element, dict):
        return _object(element, place, sealing)
    if isinstance(element, str):
        return _text(element, place, sealing)
    if isinstance(element, list):
        return _list(element, place, sealing)
    return _number(element) if isinstance(element, float) else element


def _sorted(elements: list[Json], place: Place) -> list[Json]:
    keys = [element_key(place.path, element) or "" for element in elements]
    if len(set(keys)) == len(keys):
        return [element for _, element in sorted(zip(keys, elements, strict=True), key=lambda pair: pair[0])]
    rows = [(key, _serialized(element), element) for key, element in zip(keys, elements, strict=True)]
    return [element for _, _, element in sorted(rows, key=lambda row: row[:2])]


def _text(value: str, place: Place, sealing: Sealing) -> Json:
    if sealing.is_wary or place.credential:
        seal = sealing.text(value, place)
        if not isinstance(seal, str):
            return seal
    if place.reference:
        return _referenced_id(value)
    if "\r" in value:
        value = value.replace("\r\n", "\n")
    # an instant has its "T" in one place; asking for it first spares the pattern for everything else
    return one_instant(value) if len(value) > 19 and value[10] == "T" else value


def _number(value: float) -> Json:
    return int(value) if value.is_integer() and abs(value) < _WHOLE_NUMBERS else value


def _referenced_id(address: str) -> str:
    """The id a `...@odata.bind` points to: the address before it depends on the tool."""
    found = _REFERENCED_ID.search(address)
    return found.group(1).lower() if found else address
