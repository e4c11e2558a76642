"""Choosing among the policies of one sync: by collection, by a part of their name, by id."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.core import db
from app.plugins.inventory.models import (
    InventoryDocument,
    InventoryPolicy,
    InventorySyncRun,
    InventoryVersion,
)
from app.plugins.inventory.store.snapshots import IDENTITY, IN_ORDER, AnySelect, read_by


@dataclass(frozen=True)
class PolicyFilter:
    """Which policies of a sync are meant; what is given must all fit.

    Attributes:
        collection: key of one collection.
        search: a part of the name, the identity or the policy type, in any case.
        policy_ids: at most a few hundred.
    """

    collection: str | None = None
    search: str = ""
    policy_ids: tuple[str, ...] | None = None


class SnapshotPolicy(NamedTuple):
    """One policy as one sync read it; without `secret_count` its document is missing from the store."""

    policy_id: str
    collection: str
    policy_type: str
    external_id: str
    twin: str
    display_name: str
    content_hash: str
    secret_count: int | None  # values sealed in the document


def choose_policies(
    sync: InventorySyncRun, wanted: PolicyFilter, *, limit: int | None = None
) -> list[SnapshotPolicy]:
    """Policies that a sync read and that are wanted, by collection, type and name."""
    said = (InventoryVersion.display_name, InventoryVersion.content_hash, InventoryDocument.secret_count)
    query = _matching(sync, wanted, *IDENTITY, *said).outerjoin(
        InventoryDocument,
        and_(
            InventoryDocument.tenant_id == InventoryVersion.tenant_id,
            InventoryDocument.content_hash == InventoryVersion.content_hash,
        ),
    )
    return [SnapshotPolicy(*row) for row in db.session.execute(query.order_by(*IN_ORDER).limit(limit))]


def chosen_ids(sync: InventorySyncRun, wanted: PolicyFilter) -> list[str]:
    """Ids of every policy that a sync read and that is wanted, however many."""
    query = _matching(sync, wanted, InventoryPolicy.id)
    return [policy_id for (policy_id,) in db.session.execute(query.order_by(InventoryPolicy.id))]


def count_policies(sync: InventorySyncRun, wanted: PolicyFilter) -> dict[str, int]:
    """How many match of each collection, whatever collection the filter names."""
    query = _matching(sync, replace(wanted, collection=None), InventoryPolicy.collection, func.count())
    counted = query.group_by(InventoryPolicy.collection).order_by(InventoryPolicy.collection)
    return dict(db.session.execute(counted).all())


def _matching(
    sync: InventorySyncRun,
    wanted: PolicyFilter,
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any],
) -> AnySelect:
    query = read_by(sync, *columns, policy_ids=wanted.policy_ids)
    if wanted.collection is not None:
        query = query.where(InventoryPolicy.collection == wanted.collection)
    return query.where(*_holding(wanted.search.split()))


def _holding(words: Iterable[str]) -> list[ColumnElement[bool]]:
    searched = (InventoryVersion.display_name, InventoryPolicy.external_id, InventoryPolicy.policy_type)
    return [or_(*(column.icontains(word, autoescape=True) for column in searched)) for word in words]
