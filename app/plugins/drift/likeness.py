"""What makes two findings the same change, in whatever tenant: digests that are stored beside them."""

import json
import re
from collections.abc import Sequence
from hashlib import blake2b

from app.core import JsonObject
from app.plugins.drift.shown.path_text import property_path

DIGEST_BYTES = 16
DASHES = 4  # of an id: a text with fewer has none
LONGEST_PATH = 300  # characters, as in `changed_paths`
SEALED = "secret value"  # how `SealedValue` begins
# An id of a group or a filter is another one in each tenant, though people mean the same.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def likeness_of(row: JsonObject) -> JsonObject:
    """The columns by which a finding is found beside others like it.

    Args:
        row: columns of `Finding`, with evidence and changed paths.

    Returns:
        `main_path`: the first changed property, list keys left out; empty for a policy as a whole.
        `same_paths`: digest of type, kind and changed paths. `same_values`: digest of the values too; empty
        where there are none, where some are not stored whole, or where one is a secret, since secrets of two
        tenants cannot be compared.
    """
    paths, evidence = row["changed_paths"], row["evidence"]
    entries = evidence["entries"]
    what = [row[name] for name in ("finding_type", "collection", "subject_type", "change_kind")]
    values = [[entry["path"], entry["kind"], entry["before"], entry["after"]] for entry in entries]
    return {
        "main_path": min(map(property_path, paths), default="")[:LONGEST_PATH],
        "same_paths": _digest([*what, *sorted({_masked(path) for path in paths})]),
        "same_values": _digest(values) if values and _is_whole(evidence) else "",
    }


def _is_whole(evidence: JsonObject) -> bool:
    was_cut = evidence["cut_entries"] or evidence["cut_characters"]
    return not was_cut and not any(map(_has_secret, evidence["entries"]))


def _has_secret(entry: JsonObject) -> bool:
    return any(str(entry[side]).startswith(SEALED) for side in ("before", "after"))


def _digest(parts: Sequence[object]) -> str:
    return blake2b(_masked(json.dumps(parts)).encode(), digest_size=DIGEST_BYTES).hexdigest()


def _masked(text: str) -> str:
    return _ID.sub("*", text) if text.count("-") >= DASHES else text
