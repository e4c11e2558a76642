"""Exports read with the policy types that inventory itself declares."""

from app.plugins.inventory.policies.known_types import KnownTypes
from app.plugins.inventory.policy_types import POLICY_TYPES
from app.plugins.inventory.reading.files import files_of, shown_name
from app.plugins.inventory.reading.limits import DEFAULT_LIMITS
from app.plugins.inventory.reading.recognizing import recognized

KNOWN_TYPES = KnownTypes(POLICY_TYPES)


def read_export(path, *, limits=DEFAULT_LIMITS):
    """Every policy and problem of an export."""
    return recognized(files_of(path, limits=limits), KNOWN_TYPES, shown_name(path))
