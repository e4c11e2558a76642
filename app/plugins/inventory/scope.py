"""The scope of a snapshot: which source and which policy types. Only snapshots of one scope are compared."""

import hashlib

import orjson


def scope_key(source: str) -> str:
    """Digest of a selection, 32 hexadecimal digits: equal for all snapshots of all types of one source."""
    return hashlib.blake2b(
        orjson.dumps({"source": source, "policy_types": "all"}), digest_size=16
    ).hexdigest()


def scope_label(source: str) -> str:
    """What people call a scope."""
    return {"files": "Exported files: all policy types"}.get(source, source)
