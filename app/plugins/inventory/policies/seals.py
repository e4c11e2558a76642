"""What stands in a stored policy where a secret stood in the real one."""

import base64
import binascii
import hashlib
import re

import orjson

from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.policies.secrecy import SecretKind

SEAL = "$secret"
THUMBPRINT = "$thumbprint"

_HEX = re.compile(r"[0-9a-f]{64}|[0-9A-F]{40}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_PEM_START = b"-----BEGIN CERTIFICATE-----"
_PEM_END = b"-----END CERTIFICATE-----"
_KINDS = frozenset(kind.value for kind in SecretKind)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_UTF8_BOM = b"\xef\xbb\xbf"


def is_seal(value: Document) -> bool:
    """Whether an object is one of ours, put in place of a secret or a certificate earlier."""
    mark, kind = value.get(SEAL, value.get(THUMBPRINT)), value.get("kind")
    if not isinstance(mark, str) or not isinstance(kind, str) or not isinstance(value.get("lines", 0), int):
        return False
    has_our_keys = value.keys() in ({SEAL, "kind"}, {SEAL, "kind", "lines"}, {THUMBPRINT, "kind"})
    return has_our_keys and kind in _KINDS and bool(_HEX.fullmatch(mark))


def seal(value: Json, kind: SecretKind, sealer: Sealer) -> Document:
    """The object that takes the place of a secret value.

    Args:
        value: the secret; a text, or any other JSON value.
        kind: scripts and payloads are compared decoded, with LF line ends and without byte order mark.
        sealer: holds the tenant's key.

    Returns:
        `{"$secret": <64 hex>, "kind": ..., "lines": <count, for decoded text>}`, or for a certificate
        `{"$thumbprint": <40 hex>, "kind": "certificate"}`.
    """
    if kind is SecretKind.CERTIFICATE and isinstance(value, str) and (der := _der(value)):
        digest = hashlib.sha1(der, usedforsecurity=False).hexdigest()
        return {THUMBPRINT: digest.upper(), "kind": kind.value}
    plain = value.encode() if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if kind in {SecretKind.SCRIPT, SecretKind.PAYLOAD}:
        return _seal_text(_decoded(plain) if isinstance(value, str) else plain, kind, sealer)
    return {SEAL: sealer.seal(plain), "kind": kind.value}


def _seal_text(plain: bytes, kind: SecretKind, sealer: Sealer) -> Document:
    if _BINARY.search(plain):
        return {SEAL: sealer.seal(plain), "kind": kind.value}
    text = plain.removeprefix(_UTF8_BOM).replace(b"\r\n", b"\n")
    lines = text.count(b"\n") + (not text.endswith(b"\n"))
    return {SEAL: sealer.seal(text), "kind": kind.value, "lines": lines}


def _decoded(plain: bytes) -> bytes:
    """The bytes behind base64; the text itself where it is none, or only looks like it."""
    packed = b"".join(plain.split())
    if not _BASE64.fullmatch(packed):
        return plain
    try:
        decoded = base64.b64decode(packed, validate=True)
    except binascii.Error:
        return plain
    return decoded or plain


def _der(value: str) -> bytes | None:
    decoded = _decoded(_armoured(value.encode()))
    if _PEM_START in decoded:
        decoded = _decoded(_armoured(decoded))
    return decoded if decoded.startswith(b"\x30") and len(decoded) > 64 else None


def _armoured(text: bytes) -> bytes:
    """What stands between the first marks of a PEM file; the text itself where there are none."""
    return text.partition(_PEM_START)[2].partition(_PEM_END)[0] or text
