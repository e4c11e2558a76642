"""Comparing two policies: pure functions from two documents to changes, evidence and identity."""

from app.plugins.drift.compare.change import Change, ChangeKind, LeafKind, SealedValue
from app.plugins.drift.compare.changes import changes_between
from app.plugins.drift.compare.digests import REST, evidence_digest, path_digests
from app.plugins.drift.compare.elements import ListRules
from app.plugins.drift.compare.evidence import Evidence, EvidenceEntry, changed_paths, evidence_of
from app.plugins.drift.compare.fingerprint import fingerprint_of
from app.plugins.drift.compare.pairing import Pairing, pair_recreated

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
