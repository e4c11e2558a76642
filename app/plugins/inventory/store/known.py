"""What the store knows of a policy, and why a sync may not have it."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select

from app.core import Tenant, db, one_of
from app.plugins.inventory.coverage import CoverageState
from app.plugins.inventory.models import InventoryPolicy, InventorySyncRun, InventoryVersion
from app.plugins.inventory.store.snapshots import coverage_of, valid_at

AT_ONCE = 1000  # ids in one query
_REFUSALS = frozenset({CoverageState.DENIED, CoverageState.LICENSE_MISSING})


class KnownPolicy(NamedTuple):
    """A policy of a tenant, in whatever syncs it is; by its newest name."""

    policy_id: str
    scope_key: str
    collection: str
    display_name: str


class Absence(StrEnum):
    """Why a policy that the store knows is not among those that a sync read."""

    GONE = "gone"  # it was not there: not any more, or not yet
    UNREAD = "unread"  # it, or its whole collection, could not be read
    REFUSED = "refused"  # the source did not let the sync read its collection


def known_policies(tenant: Tenant, policy_ids: Collection[str]) -> dict[str, KnownPolicy]:
    """Those of some policy ids that are a tenant's, by id; of others it says nothing."""
    found: dict[str, KnownPolicy] = {}
    for some in _batches(policy_ids):
        query = (
            select(
                InventoryPolicy.id,
                InventoryPolicy.scope_key,
                InventoryPolicy.collection,
                InventoryVersion.display_name,
            )
            .join(InventoryVersion, InventoryVersion.policy_id == InventoryPolicy.id)
            .where(InventoryPolicy.tenant_id == tenant.id, one_of(InventoryPolicy.id, some))
        )
        for row in db.session.execute(query.order_by(InventoryVersion.from_run_id)):
            found[row.id] = KnownPolicy(*row)
    return found


def absences_from(sync: InventorySyncRun, policy_ids: Sequence[str]) -> dict[str, Absence]:
    """Why a sync does not have these policies, which the caller did not find among those it read."""
    states = {name: CoverageState(row.state) for name, row in coverage_of(sync).items()}
    reasons = dict.fromkeys(policy_ids, Absence.GONE)
    for some in _batches(policy_ids):
        standing = (
            select(InventoryPolicy.id, InventoryPolicy.collection)
            .join(InventoryVersion, InventoryVersion.policy_id == InventoryPolicy.id)
            .where(
                InventoryPolicy.tenant_id == sync.tenant_id,
                InventoryPolicy.scope_key == sync.selection_hash,
                one_of(InventoryPolicy.id, some),
                valid_at(sync.id),
            )
        )
        for policy_id, collection in db.session.execute(standing):
            is_refused = states.get(collection) in _REFUSALS
            reasons[policy_id] = Absence.REFUSED if is_refused else Absence.UNREAD
    return reasons


def last_names(tenant: Tenant, collection: str, external_ids: Collection[str]) -> dict[str, str]:
    """The name that each of some policies had when it was read last, by identity; of unknown ones nothing.

    Args:
        tenant: whose.
        collection: key of their collection.
        external_ids: Graph ids in lower case.
    """
    found: dict[str, str] = {}
    for some in _batches(external_ids):
        query = (
            select(InventoryPolicy.external_id, InventoryVersion.display_name)
            .join(InventoryVersion, InventoryVersion.policy_id == InventoryPolicy.id)
            .where(
                InventoryPolicy.tenant_id == tenant.id,
                InventoryPolicy.collection == collection,
                InventoryPolicy.external_id.in_(some),
            )
        )
        found |= dict(db.session.execute(query.order_by(InventoryVersion.from_run_id)).all())
    return found


def _batches(ids: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(ids)
    while some := list(islice(remaining, AT_ONCE)):
        yield some
