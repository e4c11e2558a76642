"""The stable name of a finding."""

import json
from hashlib import blake2b

DIGEST_BYTES = 16


def fingerprint_of(
    finding_type: str,
    scope_key: str,
    subject_type: str,
    subject_external_id: str,
    change_kind: str,
    line: str = "",
) -> str:
    """Name a finding so that the same drift, found again, has the same name.

    Args:
        finding_type: and what follows: what the finding says it is about.
        line: what tells comparisons apart whose findings have nothing to do with each other.

    Returns:
        32 hex digits. The parts are hashed as a JSON list: no two different lists share a text.
    """
    named = (finding_type, scope_key, subject_type, subject_external_id, change_kind)
    parts = [str(part) for part in ((*named, line) if line else named)]
    return blake2b(json.dumps(parts).encode(), digest_size=DIGEST_BYTES).hexdigest()
