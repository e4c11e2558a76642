"""The scope of a snapshot: which source and which policy types. Only snapshots of one scope are compared."""

import hashlib

import orjson

from app.plugins.inventory.sources import all_sources


def scope_key(source: str) -> str:
    """Digest of a selection, 32 hexadecimal digits: equal for all snapshots of all types of one source."""
    return hashlib.blake2b(
        orjson.dumps({"source": source, "policy_types": "all"}), digest_size=16
    ).hexdigest()


def scope_label(source: str) -> str:
    """What people call a scope; a source that no loaded plugin brings is called by its key."""
    found = all_sources().get(source)
    return f"{found.what.label if found else source}: all policy types"
