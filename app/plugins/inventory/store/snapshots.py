"""Reading snapshots: syncs, what each of them read, and the history of a policy."""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core import Tenant, db, find_run, one_of
from app.plugins.inventory.coverage import CoverageState, SyncStatus
from app.plugins.inventory.models import (
    InventoryCoverage,
    InventoryPolicy,
    InventoryProblem,
    InventorySyncRun,
    InventoryUnread,
    InventoryVersion,
)

POLICY_ID = re.compile(r"[0-9a-f]{32}")
COMPARABLE = tuple(status.value for status in SyncStatus if status.is_comparable)
IDENTITY = (
    InventoryPolicy.id.label("policy_id"),
    InventoryPolicy.collection,
    InventoryPolicy.policy_type,
    InventoryPolicy.external_id,
    InventoryPolicy.twin,
)
IN_ORDER = (
    InventoryPolicy.collection,
    InventoryPolicy.policy_type,
    InventoryVersion.display_name,
    InventoryPolicy.id,
)

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


def find_sync(tenant: Tenant, sync_run_id: int) -> InventorySyncRun | None:
    """One sync of a tenant, or nothing."""
    if not 0 < sync_run_id < 2**31:
        return None
    sync = db.session.scalar(
        select(InventorySyncRun).where(
            InventorySyncRun.tenant_id == tenant.id, InventorySyncRun.id == sync_run_id
        )
    )
    return None if sync is None else _as_it_stands(tenant, sync)


def list_syncs(tenant: Tenant, *, limit: int = 100) -> Sequence[InventorySyncRun]:
    """The newest syncs of a tenant."""
    query = select(InventorySyncRun).where(InventorySyncRun.tenant_id == tenant.id)
    syncs = db.session.scalars(query.order_by(InventorySyncRun.id.desc()).limit(limit)).all()
    return [_as_it_stands(tenant, sync) for sync in syncs]


def comparable_syncs(tenant: Tenant, scope_key: str | None = None) -> Sequence[InventorySyncRun]:
    """Finished syncs, newest first, of one scope or of all."""
    return db.session.scalars(_comparable(tenant, scope_key)).all()


def latest_sync(tenant: Tenant, scope_key: str | None = None) -> InventorySyncRun | None:
    """The newest finished sync of one scope or of all, or nothing; one step in an index."""
    return db.session.scalar(_comparable(tenant, scope_key).limit(1))


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
    query = read_by(sync, *IDENTITY, InventoryVersion.display_name, InventoryVersion.content_hash)
    if collection is not None:
        query = query.where(InventoryPolicy.collection == collection)
    return db.session.execute(query.order_by(*IN_ORDER)).all()


def read_by(
    sync: InventorySyncRun,
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any],
    policy_ids: Sequence[str] | None = None,
) -> AnySelect:
    """A query over the policies that one sync read, each joined with what it said then.

    Args:
        sync: whose.
        columns: what is asked.
        policy_ids: a thousand or so at most; none: all.
    """
    unread = select(InventoryUnread.policy_id).where(InventoryUnread.sync_run_id == sync.id)
    was_read = [name for name, row in coverage_of(sync).items() if CoverageState(row.state).read_something]
    query = (
        select(*columns)
        .select_from(InventoryPolicy)
        .join(InventoryVersion, InventoryVersion.policy_id == InventoryPolicy.id)
        .where(valid_at(sync.id), InventoryPolicy.id.not_in(unread), InventoryPolicy.collection.in_(was_read))
    )
    # Said of policies, PostgreSQL begins with the few that are named; of versions, with all of the scope.
    scoped: type[InventoryPolicy | InventoryVersion] = InventoryVersion
    if policy_ids is not None:
        scoped, query = InventoryPolicy, query.where(one_of(InventoryPolicy.id, policy_ids))
    return query.where(scoped.tenant_id == sync.tenant_id, scoped.scope_key == sync.selection_hash)


def unread_in(sync: InventorySyncRun) -> dict[str, str]:
    """Policies that a sync neither saw nor can call gone: policy id -> collection."""
    query = (
        select(InventoryUnread.policy_id, InventoryPolicy.collection)
        .join(InventoryPolicy, InventoryPolicy.id == InventoryUnread.policy_id)
        .where(InventoryUnread.sync_run_id == sync.id)
    )
    return dict(db.session.execute(query).all())


def find_policy(tenant: Tenant, policy_id: str) -> InventoryPolicy | None:
    """One policy of a tenant, or nothing."""
    if not POLICY_ID.fullmatch(policy_id):
        return None
    return db.session.scalar(
        select(InventoryPolicy).where(InventoryPolicy.tenant_id == tenant.id, InventoryPolicy.id == policy_id)
    )


def versions_of(policy: InventoryPolicy) -> Sequence[InventoryVersion]:
    """A policy's versions, newest first."""
    query = select(InventoryVersion).where(InventoryVersion.policy_id == policy.id)
    return db.session.scalars(query.order_by(InventoryVersion.from_run_id.desc())).all()


def _comparable(tenant: Tenant, scope_key: str | None) -> Select[InventorySyncRun]:
    query = select(InventorySyncRun).where(
        InventorySyncRun.tenant_id == tenant.id, InventorySyncRun.status.in_(COMPARABLE)
    )
    if scope_key is not None:
        query = query.where(InventorySyncRun.selection_hash == scope_key)
    return query.order_by(InventorySyncRun.id.desc())


def _as_it_stands(tenant: Tenant, sync: InventorySyncRun) -> InventorySyncRun:
    """A sync whose run has ended without it has failed, whatever its own row still says."""
    if sync.status == SyncStatus.RUNNING:
        run = find_run(tenant, sync.id)
        if run is None or run.is_final:
            db.session.expunge(sync)
            sync.status = SyncStatus.FAILED
    return sync


def valid_at(run_id: int) -> ColumnElement[bool]:
    """Versions that stood when a sync read its scope."""
    return and_(
        InventoryVersion.from_run_id <= run_id,
        or_(InventoryVersion.until_run_id.is_(None), InventoryVersion.until_run_id > run_id),
    )
