"""Inventory: snapshots of a tenant's policies. Other plugins use the names in `__all__`."""

from app.core import NavItem, Plugin
from app.plugins.inventory.cli import inventory
from app.plugins.inventory.compare import (
    MAX_PATHS,
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
from app.plugins.inventory.coverage import CoverageState, SyncStatus
from app.plugins.inventory.exports import choices_of, chosen_export, is_of
from app.plugins.inventory.files_source import files
from app.plugins.inventory.models import InventoryModel, InventorySyncRun
from app.plugins.inventory.operation import operation
from app.plugins.inventory.overview import last_snapshot
from app.plugins.inventory.policies import lists as list_rules
from app.plugins.inventory.policies.canonical import NORMALIZER_VERSION, canonicalize
from app.plugins.inventory.policies.readable import readable
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.policy_types import POLICY_TYPES
from app.plugins.inventory.reading.archive import files_of_archive
from app.plugins.inventory.reading.decoding import Undecodable, decode_document
from app.plugins.inventory.reading.files import files_of
from app.plugins.inventory.recognition import collection_label, policy_name_in
from app.plugins.inventory.scope import scope_key, scope_label
from app.plugins.inventory.store.differences import PolicyDifference, differences_between
from app.plugins.inventory.store.documents import (
    KeptDocument,
    bodies_of,
    hash_of_body,
    keep_documents,
    kept_form,
)
from app.plugins.inventory.store.known import Absence, KnownPolicy, absences_from, known_policies, last_names
from app.plugins.inventory.store.policy import PolicyKey
from app.plugins.inventory.store.selection import (
    PolicyFilter,
    SnapshotPolicy,
    choose_policies,
    chosen_ids,
    count_policies,
)
from app.plugins.inventory.store.snapshots import (
    comparable_syncs,
    coverage_of,
    find_sync,
    latest_sync,
    unread_in,
)
from app.plugins.inventory.views import pages

plugin = Plugin(
    name="inventory",
    version="1.0.0",
    operations=(operation,),
    blueprints=(pages,),
    models=InventoryModel,
    migrations="app.plugins.inventory.migrations",
    cli=(inventory,),
    nav=(NavItem("Inventory", "inventory.index", "box-seam"),),
    inventory_sources=(files,),
    policy_types=POLICY_TYPES,
    overview_cards=(last_snapshot,),
)

__all__ = [
    "MAX_PATHS",
    "NORMALIZER_VERSION",
    "Absence",
    "Change",
    "CoverageState",
    "Evidence",
    "EvidenceEntry",
    "InventorySyncRun",
    "KeptDocument",
    "KnownPolicy",
    "LeafKind",
    "ListRules",
    "PolicyDifference",
    "PolicyFilter",
    "PolicyKey",
    "SealedValue",
    "Sealer",
    "SnapshotPolicy",
    "SyncStatus",
    "Undecodable",
    "absences_from",
    "bodies_of",
    "canonicalize",
    "changed_paths",
    "changes_between",
    "choices_of",
    "choose_policies",
    "chosen_export",
    "chosen_ids",
    "collection_label",
    "comparable_syncs",
    "count_policies",
    "coverage_of",
    "decode_document",
    "differences_between",
    "evidence_of",
    "files_of",
    "files_of_archive",
    "find_sync",
    "hash_of_body",
    "is_of",
    "keep_documents",
    "kept_form",
    "known_policies",
    "last_names",
    "latest_sync",
    "list_rules",
    "plugin",
    "policy_name_in",
    "readable",
    "scope_key",
    "scope_label",
    "unread_in",
]
