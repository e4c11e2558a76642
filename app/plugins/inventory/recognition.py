"""The policy types of all loaded plugins, inventory's own first."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.core import PolicyType, current_catalog
from app.plugins.inventory.policies.identity import NAME_FIELDS, policy_name
from app.plugins.inventory.policies.known_types import KnownTypes

OWN = "inventory"


def known_types() -> KnownTypes:
    """What can be recognized now."""
    declared = current_catalog().declared(PolicyType).values()
    # What the product recognizes by itself, no plugin takes away from it, however early it loads.
    return _table(tuple(found.what for found in sorted(declared, key=lambda found: found.plugin != OWN)))


def collection_label(key: str) -> str:
    """How a collection is called on pages; one that nobody declares (any more) is called by its key."""
    found = current_catalog().declared(PolicyType).get(key)
    return found.what.label if found else key


def policy_name_in(collection: str, content: Mapping[str, Any]) -> str:
    """The name that a content of a collection gives its policy, or nothing."""
    found = current_catalog().declared(PolicyType).get(collection)
    return policy_name(dict(content), found.what.name_fields if found else NAME_FIELDS) or ""


@lru_cache(maxsize=8)
def _table(types: tuple[PolicyType, ...]) -> KnownTypes:
    return KnownTypes(types)
