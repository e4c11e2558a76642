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
class ReadPolicy:
    """One document, identified and hashed.

    Attributes:
        key: identity; `twin` as read, before it is matched with what is stored.
        may_be_renamed: whether the same identity under another name is the same policy (it has a Graph id).
        content_hash: of the canonical content.
        body: the JSON to store and how many secrets are sealed in it; called only for unknown content.
    """

    key: PolicyKey
    display_name: str
    path: str
    may_be_renamed: bool
    content_hash: str
    body: Callable[[], tuple[bytes, int]]
