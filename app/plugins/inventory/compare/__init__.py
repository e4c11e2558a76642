"""Comparing what two documents of a policy say: pure functions from two contents to changes and evidence."""

from app.plugins.inventory.compare.change import Change, LeafKind, SealedValue
from app.plugins.inventory.compare.changes import changes_between
from app.plugins.inventory.compare.elements import ListRules
from app.plugins.inventory.compare.evidence import (
    MAX_PATHS,
    Evidence,
    EvidenceEntry,
    changed_paths,
    evidence_of,
)

__all__ = [
    "MAX_PATHS",
    "Change",
    "Evidence",
    "EvidenceEntry",
    "LeafKind",
    "ListRules",
    "SealedValue",
    "changed_paths",
    "changes_between",
    "evidence_of",
]
