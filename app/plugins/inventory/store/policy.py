"""One policy as it was read, on its way into the store."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import orjson


class PolicyKey(NamedTuple):
    """What makes a policy the same one in the next snapshot."""

    collection: str
    policy_type: str
    external_id: str
    twin: str = ""

    def digest(self, tenant_id: int, scope_key: str) -> str:
        """Primary key of the policy: 32 hexadecimal digits, different for every tenant and scope."""
        text = orjson.dumps([tenant_id, scope_key, *self])
        return hashlib.blake2b(text, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class PolicyContent:
    """What a policy says.

    Attributes:
        content_hash: of the canonical content.
        secret_count: values sealed in it.
        body: makes the JSON to store; called only for a content nobody stored yet.
    """

    content_hash: str
    secret_count: int
    body: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """One document, identified.

    Attributes:
        key: identity; `twin` is found when it is matched with what is stored.
        may_be_renamed: whether the same identity under another name is the same policy (it has a Graph id).
        source_digest: keyed digest of the body as it was read; an equal one spares `content`.
        content: canonicalizes and hashes the body; costs most of a sync's time.
    """

    key: PolicyKey
    display_name: str
    path: str
    may_be_renamed: bool
    source_digest: str
    content: Callable[[], PolicyContent]
