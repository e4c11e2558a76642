"""The stable name of a finding."""

import json
from hashlib import blake2b

DIGEST_BYTES = 16


def fingerprint_of(
    finding_type: str, scope_key: str, subject_type: str, subject_external_id: str, change_kind: str
) -> str:
    """Name a finding so that the same drift, found again, has the same name.

    Returns:
        32 hex digits. The parts are hashed as a JSON list: no two different lists share a text.
    """
    parts = [str(part) for part in (finding_type, scope_key, subject_type, subject_external_id, change_kind)]
    return blake2b(json.dumps(parts).encode(), digest_size=DIGEST_BYTES).hexdigest()
