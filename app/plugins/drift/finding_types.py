"""The finding type that drift itself writes, and what any of them is called."""

from app.core import FindingType, current_catalog

drift = FindingType(
    key="drift",
    label="Drift",
    description="A policy is not what it was in the sync compared with.",
)


def finding_type_label(key: str) -> str:
    """What a finding type is called; one that no loaded plugin declares is called by its key."""
    found = current_catalog().declared(FindingType).get(key)
    return found.what.label if found else key


def finding_type_description(key: str) -> str:
    """One sentence about a finding type; of one that no loaded plugin declares there is none."""
    found = current_catalog().declared(FindingType).get(key)
    return found.what.description if found else ""
