"""Exports read with the policy types that inventory itself declares."""

from app.plugins.inventory.policies.known_types import KnownTypes
from app.plugins.inventory.policy_types import POLICY_TYPES
from app.plugins.inventory.reading import files
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS

KNOWN_TYPES = KnownTypes(POLICY_TYPES)


def read_export(path, *, limits=DEFAULT_LIMITS):
    """Every policy and problem of an export."""
    return files.read_export(path, KNOWN_TYPES, limits=limits)
