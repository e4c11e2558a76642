"""Stored bodies: read again, and held against the hash under which they are stored."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import select

from app.core import Tenant, db, tenant_key, upsert
from app.plugins.inventory.models import InventoryDocument
from app.plugins.inventory.policies.canonical import canonicalize, content_hash
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.reading.decoding import Undecodable, decode_document


class KeptDocument(NamedTuple):
    """A document in the form in which it is kept."""

    content_hash: str
    secret_count: int  # values sealed in it
    body: bytes


def bodies_of(tenant: Tenant, hashes: Sequence[str]) -> dict[str, bytes]:
    """Stored JSON by content hash; at most a few hundred at a time."""
    query = select(InventoryDocument.content_hash, InventoryDocument.body).where(
        InventoryDocument.tenant_id == tenant.id, InventoryDocument.content_hash.in_(hashes)
    )
    return {content_hash: bytes(body) for content_hash, body in db.session.execute(query)}


def kept_form(tenant: Tenant, collection: str, raw: bytes) -> KeptDocument | None:
    """A document as the store keeps it: without noise, its secrets sealed with the tenant's key.

    What is sealed already stays so, whoever's key it was: its content hash is the same in every tenant.

    Args:
        tenant: whose store it is for.
        collection: key of the collection the policy belongs to.
        raw: the bytes of a file, from anywhere.

    Returns:
        Nothing: it is no JSON object, or one that is nested too deeply.
    """
    try:
        document = decode_document(raw).value
    except Undecodable:
        return None
    if not isinstance(document, dict):
        return None
    sealer = Sealer(tenant_key(tenant, "inventory.secrets"))
    canonical = canonicalize(document, collection, sealer)
    body = readable(document, collection, sealer, is_wary=canonical.is_wary)
    return KeptDocument(content_hash(canonical.content), canonical.secret_count, orjson.dumps(body))


def keep_documents(tenant: Tenant, documents: Mapping[str, KeptDocument]) -> None:
    """Store documents by content hash in the current transaction; what is stored already stays as it is.

    Args:
        tenant: whose.
        documents: some hundreds at most; a hash may be of an earlier normal form than today's.
    """
    rows = [
        {"tenant_id": tenant.id, "content_hash": key, "body": one.body, "secret_count": one.secret_count}
        for key, one in documents.items()
    ]
    if rows:
        db.session.connection().execute(upsert(InventoryDocument).on_conflict_do_nothing(), rows)


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
