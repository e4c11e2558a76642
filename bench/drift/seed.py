"""Two syncs of one scope with as many policies as asked for, written past the import."""

import uuid
from collections.abc import Iterator
from itertools import islice

import orjson
from sqlalchemy import insert, text

from app.core import JsonObject, Tenant, clock, tenant_key
from app.core.db import db, table_of
from app.plugins.inventory import NORMALIZER_VERSION, PolicyKey, Sealer, canonicalize, hash_of_body
from app.plugins.inventory.models import (
    InventoryCoverage,
    InventoryDocument,
    InventoryModel,
    InventoryPolicy,
    InventorySyncRun,
    InventoryVersion,
)
from bench.policies import policy

BASELINE, CURRENT = 1_000_001, 1_000_002  # numbers of the syncs
SCOPE, COLLECTION, TYPE = "bench", "settingsCatalog", "deviceManagementConfigurationPolicy"
AT_ONCE = 10_000  # rows a transaction


def seed(tenant: Tenant, policies: int, changed: int) -> None:
    """Write both syncs; the first `changed` policies differ between them, the others share one body."""
    _insert(InventorySyncRun, (_sync(tenant, number, policies) for number in (BASELINE, CURRENT)))
    _insert(InventoryCoverage, (_coverage(number, policies) for number in (BASELINE, CURRENT)))
    bodies = [body for number in range(changed) for body in (policy(number, 0), policy(number, 1))]
    bodies.append(policy(10**9, 0))
    documents = [_document(tenant, body) for body in bodies]
    _insert(InventoryDocument, iter({row["content_hash"]: row for row in documents}.values()))
    hashes = [row["content_hash"] for row in documents]
    _insert(InventoryPolicy, (_policy(tenant, number) for number in range(policies)))
    _insert(InventoryVersion, _versions(tenant, policies, changed, hashes))
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _insert(model: type[InventoryModel], rows: Iterator[JsonObject]) -> None:
    while some := list(islice(rows, AT_ONCE)):
        db.session.execute(insert(table_of(model)), some)
        db.session.commit()


def _sync(tenant: Tenant, number: int, policies: int) -> JsonObject:
    return {
        "id": number,
        "tenant_id": tenant.id,
        "status": "completed",
        "selection_hash": SCOPE,
        "source": "files",
        "origin": "bench",
        "normalizer_version": NORMALIZER_VERSION,
        "policy_count": policies,
        "started_at": clock.now(),
        "finished_at": clock.now(),
    }


def _coverage(number: int, policies: int) -> JsonObject:
    return {
        "sync_run_id": number,
        "collection": COLLECTION,
        "state": "complete",
        "item_count": policies,
        "policy_types": {TYPE: policies},
    }


def _document(tenant: Tenant, body: dict[str, object]) -> JsonObject:
    content = canonicalize(body, COLLECTION, Sealer(tenant_key(tenant, "inventory.secrets"))).content
    raw = orjson.dumps(content)
    digest = hash_of_body(tenant, COLLECTION, raw)
    return {"tenant_id": tenant.id, "content_hash": digest, "body": raw, "secret_count": 0}


def _key(number: int) -> PolicyKey:
    return PolicyKey(COLLECTION, TYPE, str(uuid.UUID(int=number)))


def _policy(tenant: Tenant, number: int) -> JsonObject:
    key = _key(number)
    return {
        "id": key.digest(tenant.id, SCOPE),
        "tenant_id": tenant.id,
        "scope_key": SCOPE,
        **key._asdict(),
    }


def _versions(tenant: Tenant, policies: int, changed: int, hashes: list[str]) -> Iterator[JsonObject]:
    for number in range(policies):
        if number < changed:
            yield _version(tenant, number, hashes[2 * number], BASELINE, CURRENT)
            yield _version(tenant, number, hashes[2 * number + 1], CURRENT, None)
        else:
            yield _version(tenant, number, hashes[-1], BASELINE, None)


def _version(tenant: Tenant, number: int, digest: str, begin: int, end: int | None) -> JsonObject:
    return {
        "tenant_id": tenant.id,
        "scope_key": SCOPE,
        "policy_id": _key(number).digest(tenant.id, SCOPE),
        "content_hash": digest,
        "source_digest": digest,
        "display_name": f"Benchmark policy {number:06}",
        "path": f"{number}.json",
        "from_run_id": begin,
        "until_run_id": end,
    }
