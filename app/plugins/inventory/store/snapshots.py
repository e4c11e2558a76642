"""Reading snapshots: one sync's state, and what differs between two syncs of a scope."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from app.core import Tenant, db
from app.plugins.inventory.coverage import CoverageState, SyncStatus
from app.plugins.inventory.models import (
    InventoryCoverage,
    InventoryDocument,
    InventoryPolicy,
    InventoryProblem,
    InventorySyncRun,
    InventoryUnread,
    InventoryVersion,
)

COMPARABLE = tuple(status.value for status in SyncStatus if status.is_comparable)


@dataclass(frozen=True, slots=True)
class PolicySide:
    """One policy in one of two compared snapshots."""

    content_hash: str
    display_name: str


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """A policy that is not the same in two snapshots; a side is missing where it was not there."""

    policy_id: str
    collection: str
    policy_type: str
    external_id: str
    twin: str
    before: PolicySide | None
    after: PolicySide | None


def find_sync(tenant: Tenant, sync_run_id: int) -> InventorySyncRun | None:
    """One sync of a tenant, or nothing."""
    if not 0 < sync_run_id < 2**31:
        return None
    return db.session.scalar(
        select(InventorySyncRun).where(
            InventorySyncRun.tenant_id == tenant.id, InventorySyncRun.id == sync_run_id
        )
    )


def list_syncs(tenant: Tenant, *, limit: int = 100) -> Sequence[InventorySyncRun]:
    """The newest syncs of a tenant."""
    query = select(InventorySyncRun).where(InventorySyncRun.tenant_id == tenant.id)
    return db.session.scalars(query.order_by(InventorySyncRun.id.desc()).limit(limit)).all()


def comparable_syncs(tenant: Tenant, scope_key: str | None = None) -> Sequence[InventorySyncRun]:
    """Finished syncs, newest first, of one scope or of all."""
    query = select(InventorySyncRun).where(
        InventorySyncRun.tenant_id == tenant.id, InventorySyncRun.status.in_(COMPARABLE)
    )
    if scope_key is not None:
        query = query.where(InventorySyncRun.selection_hash == scope_key)
    return db.session.scalars(query.order_by(InventorySyncRun.id.desc())).all()


def coverage_of(sync: InventorySyncRun) -> dict[str, InventoryCoverage]:
    """Coverage per collection of one sync, by collection."""
    query = select(InventoryCoverage).where(InventoryCoverage.sync_run_id == sync.id)
    return {row.collection: row for row in db.session.scalars(query.order_by(InventoryCoverage.collection))}


def problems_of(sync: InventorySyncRun) -> Sequence[InventoryProblem]:
    """Problems and remarks of one sync, in path order."""
    query = select(InventoryProblem).where(InventoryProblem.sync_run_id == sync.id)
    return db.session.scalars(query.order_by(InventoryProblem.path, InventoryProblem.id)).all()


def policies_at(sync: InventorySyncRun, *, collection: str | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """What one sync read, as narrow rows: identity, display_name and content_hash of each policy."""
    unread = select(InventoryUnread.policy_id).where(InventoryUnread.sync_run_id == sync.id)
    nothing_read = [
        name for name, row in coverage_of(sync).items() if not CoverageState(row.state).read_something
    ]
    query = (
        select(
            InventoryPolicy.id.label("policy_id"),
            InventoryPolicy.collection,
            InventoryPolicy.policy_type,
            InventoryPolicy.external_id,
            InventoryPolicy.twin,
            InventoryVersion.display_name,
            InventoryVersion.content_hash,
        )
        .join(InventoryVersion, InventoryVersion.policy_id == InventoryPolicy.id)
        .where(
            InventoryVersion.tenant_id == sync.tenant_id,
            InventoryVersion.scope_key == sync.selection_hash,
            _valid_at(sync.id),
            InventoryPolicy.id.not_in(unread),
            InventoryPolicy.collection.not_in(nothing_read),
        )
    )
    if collection is not None:
        query = query.where(InventoryPolicy.collection == collection)
    order = query.order_by(
        InventoryPolicy.collection,
        InventoryPolicy.policy_type,
        InventoryVersion.display_name,
        InventoryPolicy.id,
    )
    return db.session.execute(order).all()


def differences_between(baseline: InventorySyncRun, current: InventorySyncRun) -> Iterator[PolicyDifference]:
    """Policies that differ between two syncs of one scope; reads only versions that began or ended between.

    What the coverage of either sync makes uncertain is the caller's to judge.
    """
    older, newer = min(baseline.id, current.id), max(baseline.id, current.id)
    ended = and_(
        InventoryVersion.from_run_id <= older,
        InventoryVersion.until_run_id > older,
        InventoryVersion.until_run_id <= newer,
    )
    begun = and_(
        InventoryVersion.from_run_id > older,
        InventoryVersion.from_run_id <= newer,
        or_(InventoryVersion.until_run_id.is_(None), InventoryVersion.until_run_id > newer),
    )
    query = (
        select(
            InventoryVersion.policy_id,
            InventoryPolicy.collection,
            InventoryPolicy.policy_type,
            InventoryPolicy.external_id,
            InventoryPolicy.twin,
            (InventoryVersion.from_run_id <= older).label("is_older"),
            InventoryVersion.content_hash,
            InventoryVersion.display_name,
        )
        .join(InventoryPolicy, InventoryPolicy.id == InventoryVersion.policy_id)
        .where(
            InventoryVersion.tenant_id == current.tenant_id,
            InventoryVersion.scope_key == current.selection_hash,
            or_(ended, begun),
        )
        .order_by(InventoryVersion.policy_id)
    )
    yield from _paired(db.session.execute(query), is_reversed=baseline.id > current.id)


def unread_in(sync: InventorySyncRun) -> dict[str, str]:
    """Policies that a sync neither saw nor can call gone: policy id -> collection."""
    query = (
        select(InventoryUnread.policy_id, InventoryPolicy.collection)
        .join(InventoryPolicy, InventoryPolicy.id == InventoryUnread.policy_id)
        .where(InventoryUnread.sync_run_id == sync.id)
    )
    return dict(db.session.execute(query).tuples().all())


def find_policy(tenant: Tenant, policy_id: str) -> InventoryPolicy | None:
    """One policy of a tenant, or nothing."""
    return db.session.scalar(
        select(InventoryPolicy).where(InventoryPolicy.tenant_id == tenant.id, InventoryPolicy.id == policy_id)
    )


def versions_of(policy: InventoryPolicy) -> Sequence[InventoryVersion]:
    """A policy's versions, newest first."""
    query = select(InventoryVersion).where(InventoryVersion.policy_id == policy.id)
    return db.session.scalars(query.order_by(InventoryVersion.from_run_id.desc())).all()


def bodies_of(tenant: Tenant, hashes: Sequence[str]) -> dict[str, bytes]:
    """Stored JSON by content hash; at most a few hundred at a time."""
    query = select(InventoryDocument.content_hash, InventoryDocument.body).where(
        InventoryDocument.tenant_id == tenant.id, InventoryDocument.content_hash.in_(hashes)
    )
    return {content_hash: bytes(body) for content_hash, body in db.session.execute(query)}


def _valid_at(run_id: int) -> ColumnElement[bool]:
    return and_(
        InventoryVersion.from_run_id <= run_id,
        or_(InventoryVersion.until_run_id.is_(None), InventoryVersion.until_run_id > run_id),
    )


def _paired(rows: Iterable[Any], *, is_reversed: bool) -> Iterator[PolicyDifference]:
    """Rows ordered by policy, at most one of each side, as differences; equal sides are none."""
    for policy_id, group in groupby(rows, key=attrgetter("policy_id")):
        before = after = row = None
        for row in group:
            side = PolicySide(row.content_hash, row.display_name)
            if row.is_older == is_reversed:
                after = side
            else:
                before = side
        if row is not None and (before is None or after is None or before.content_hash != after.content_hash):
            yield PolicyDifference(
                policy_id, row.collection, row.policy_type, row.external_id, row.twin, before, after
            )
