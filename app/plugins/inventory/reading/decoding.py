"""From the bytes of a file to its JSON value, in every encoding seen in real exports."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from app.plugins.inventory.policies.json_value import Json
from app.plugins.inventory.reading.duplicate_keys import repeated_keys

_UTF32_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_DEPTH = 100  # levels of objects and lists; real policies stay under 30
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_UNWRAPPINGS = 3  # JSON in a string in a string is seen; deeper nesting is nobody's export


class Undecodable(Exception):
    """The bytes are no JSON text. The message is a sentence without any content of the file."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The value of a file, and the names of keys that one of its objects has more than once."""

    value: Json
    repeated_keys: tuple[str, ...]


def decode_document(raw: bytes) -> Decoded:
    """Parse the bytes of one exported file.

    Reads UTF-8 and UTF-16, each with or without byte order mark, and unwraps JSON held in a JSON string.
    Of a repeated key the last value counts, as in every JSON parser.

    Raises:
        Undecodable: wrong encoding, no JSON, or nested too deeply to be worked on.
    """
    text = _as_utf8(raw)
    value = _parse(text)
    for _ in range(_UNWRAPPINGS):
        if not isinstance(value, str):
            break
        text = value.strip().removeprefix("\ufeff").encode()
        value = _parse(text)
    return Decoded(value, repeated_keys(text, _serialized(value)))


def _as_utf8(raw: bytes) -> bytes:
    if not raw.strip(b"\x00 \t\r\n"):
        raise Undecodable("is empty")
    if raw.startswith(_UTF32_BOMS):
        raise Undecodable("is neither UTF-8 nor UTF-16")
    encoding = _encoding_of(raw)
    if encoding is None:
        return raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeError:
        raise Undecodable("is not valid UTF-16") from None


def _encoding_of(raw: bytes) -> str | None:
    """The UTF-16 variant of the bytes, None where they are to be read as UTF-8."""
    if raw.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if raw.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    # JSON starts with an ASCII character: a NUL beside it is its other half
    if raw[1:2] == b"\x00":
        return "utf-16-le"
    return "utf-16-be" if raw[:1] == b"\x00" else None


def _parse(text: bytes) -> Json:
    try:
        parsed: Json = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Undecodable(_reason(text, error)) from None
    return parsed


def _reason(text: bytes, error: orjson.JSONDecodeError) -> str:
    if b"\x00" in text:
        return "contains NUL bytes"
    try:
        text.decode()
    except UnicodeDecodeError:
        return "is neither UTF-8 nor UTF-16"
    if "depth" in error.msg:
        return "is nested too deeply"
    return f"is not valid JSON (line {error.lineno}, column {error.colno})"


def _serialized(value: Json) -> bytes:
    try:
        serialized = orjson.dumps(value)
    except TypeError:  # beyond the 254 levels it writes
        raise Undecodable("is nested too deeply") from None
    if not _is_shallow(serialized) and _is_deep(value):
        raise Undecodable("is nested too deeply")
    return serialized


def _is_shallow(serialized: bytes) -> bool:
    """Whether taking away the innermost brackets again and again soon leaves nothing.

    Several times faster than looking at every value, which is done where brackets in texts leave a rest.
    """
    brackets = serialized.translate(None, _NO_BRACKETS)
    for _ in range(_DEPTH):
        if not brackets:
            return True
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return not brackets


def _is_deep(value: Json) -> bool:
    level = [value]
    for _ in range(_DEPTH + 1):
        level = [child for node in level for child in _children(node) if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def _children(node: Json) -> Iterable[Json]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()
