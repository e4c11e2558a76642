"""Text that may be stored and shown: secrets out, one line, bounded."""

import re
from collections.abc import Mapping

REASON_LENGTH = 300
HIDDEN = "[hidden]"

# One alternation, so that a text is looked at once; matches never overlap.
_SHAPES = re.compile(
    r"""
      (?s:-----BEGIN[ ][A-Z ]+-----.*?(?:-----END[ ][A-Z ]+-----|\Z))                   # PEM block
    | \beyJ[\w-]{5,}(?:\.[\w-]*){0,4}                                                # JWT
    # A word in lower case is prose ("basic authentication is blocked"), unless it is too long to be one.
    | \b(?i:Bearer)\s+(?=[\w.~+/=-]{20}|[\w~+/=-][a-z._~+/=-]*[A-Z0-9])[\w.~+/=-]{6,}
    | \b(?i:Basic)\s+(?=[A-Za-z0-9+/]{20}|[A-Za-z0-9+/][a-z]*[A-Z0-9+/=])[A-Za-z0-9+/=]{8,}
    | \b[\w.~-]{3}\dQ~[\w.~-]{10,}                                                   # client secret
    | \bta_[\w-]{40,}                                                                # token of our own API
    | \b[01]\.A[A-Za-z0-9_-]{2,}\.[\w-]{10,}(?:\.[\w-]+)* | \b[01]\.A[\w-]{20,}       # refresh token
    | \b(?i:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)\s*=\s*[^;\s]+
    | \b(?i:sig)=[^&\s"']+                                                           # SAS
    | (?<=://)[^/\s@]+(?=@)                                                          # URL userinfo
    | (?<=\w)\?[^\s"'<>]*=[^\s"'<>]*                                                # URL query
    | \b(?i:client[_-]?secret|secret|password|passwd|token|api[_-]?key|refresh[_-]?token|access[_-]?token)
      ["']?\s*[:=]\s*["']?[^\s"',;}]+
    """,
    re.VERBOSE,
)
_SECRET_NAME = re.compile(
    r"(?i)(?:^|[_-])(?:secret|password|passwd|pwd|token|api[_-]?key|credential|private[_-]?key|psk)s?$"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def redact(text: str) -> str:
    """The same text with every known token shape replaced by `[hidden]`.

    Source:
        docs/security.md: Microsoft's tokens, SAS signatures, connection strings, PEM blocks, URL parts.
    """
    return _SHAPES.sub(HIDDEN, text)


def safe_reason(text: str, limit: int = REASON_LENGTH) -> str:
    """One redacted line of at most `limit` characters, without control characters."""
    line = _CONTROL.sub(" ", redact(text[: limit * 20])).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def safe_inputs(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters as a run may show them: secret-sounding names hidden, texts redacted, nesting kept."""
    return {
        name: HIDDEN if _SECRET_NAME.search(name) else _safe_value(value) for name, value in params.items()
    }


def _safe_value(value: object) -> object:
    if isinstance(value, str):
        return safe_reason(value)
    if isinstance(value, Mapping):
        return safe_inputs({str(name): inner for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return [_safe_value(inner) for inner in value]
    return value if isinstance(value, bool | int | float) or value is None else safe_reason(str(value))
