"""Comparing two policies: what inventory finds changed, and which policies are one under another id."""

from app.plugins.drift.compare.digests import REST, evidence_digest, path_digests
from app.plugins.drift.compare.fingerprint import fingerprint_of
from app.plugins.drift.compare.kinds import ChangeKind
from app.plugins.drift.compare.pairing import Pairing, pair_recreated
from app.plugins.inventory import (
    Change,
    Evidence,
    EvidenceEntry,
    LeafKind,
    ListRules,
    SealedValue,
    changed_paths,
    changes_between,
    evidence_of,
)

__all__ = [
    "REST",
    "Change",
    "ChangeKind",
    "Evidence",
    "EvidenceEntry",
    "LeafKind",
    "ListRules",
    "Pairing",
    "SealedValue",
    "changed_paths",
    "changes_between",
    "evidence_digest",
    "evidence_of",
    "fingerprint_of",
    "pair_recreated",
    "path_digests",
]
