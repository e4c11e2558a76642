"""Finding objects that have one key twice, without paying for a second parser."""

import json
from collections import Counter

# Without blanks every key ends in `":`. Where a text holds the same two characters by escapes, counting them
# proves nothing, and the slow parser is asked.
_BLANKS = b" \t\r\n"
_KEY_END = b'":'
_TRAPS = (b'\\":', b"\\u0022", b"\\u003a", b"\\u003A")
_SHOWN = 3


def repeated_keys(text: bytes, serialized: bytes) -> tuple[str, ...]:
    """The keys that some object of a JSON text has more than once, in order of appearance.

    Args:
        text: valid JSON in UTF-8.
        serialized: the value parsed from it, written compactly again: there every key stands once.
    """
    packed = text.translate(None, _BLANKS)
    is_proven = _is_countable(packed) and _is_countable(serialized)
    if is_proven and packed.count(_KEY_END) == serialized.count(_KEY_END):
        return ()
    repeated: dict[str, None] = {}

    def note_repetition(pairs: list[tuple[str, object]]) -> None:
        if len(pairs) > 1:
            counted = Counter(key for key, _ in pairs)
            repeated.update(dict.fromkeys(key for key, times in counted.items() if times > 1))

    json.loads(text, object_pairs_hook=note_repetition)
    return tuple(repeated)


def named(keys: tuple[str, ...]) -> str:
    """The keys as a person reads them, shortened."""
    shown = ", ".join(f'"{key[:40]}"' for key in keys[:_SHOWN])
    return shown if len(keys) <= _SHOWN else f"{shown} and {len(keys) - _SHOWN} more"


def _is_countable(packed: bytes) -> bool:
    return b"\\" not in packed or not any(trap in packed for trap in _TRAPS)
