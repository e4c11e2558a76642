"""Stored bodies: read again, and held against the hash under which they are stored."""

from collections.abc import Sequence

import orjson
from sqlalchemy import select

from app.core import Tenant, db, tenant_key
from app.plugins.inventory.models import InventoryDocument
from app.plugins.inventory.policies.canonical import canonicalize, content_hash
from app.plugins.inventory.policies.sealer import Sealer


def bodies_of(tenant: Tenant, hashes: Sequence[str]) -> dict[str, bytes]:
    """Stored JSON by content hash; at most a few hundred at a time."""
    query = select(InventoryDocument.content_hash, InventoryDocument.body).where(
        InventoryDocument.tenant_id == tenant.id, InventoryDocument.content_hash.in_(hashes)
    )
    return {content_hash: bytes(body) for content_hash, body in db.session.execute(query)}


def hash_of_body(tenant: Tenant, collection: str, body: bytes) -> str | None:
    """The content hash of a stored body, computed anew by today's normal form; nothing: it is no policy.

    Args:
        tenant: whose.
        collection: key of the collection the policy belongs to.
        body: as `bodies_of` gives it: secrets sealed.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
    # Stored bodies were searched for credentials when they were read.
    return content_hash(canonicalize(document, collection, sealer, is_wary=False).content)
