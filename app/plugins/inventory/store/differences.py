"""What differs between two syncs of a scope: only versions that began or ended between them are read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, and_, or_, select

from app.core import db
from app.plugins.inventory.models import InventoryPolicy, InventorySyncRun, InventoryVersion

VersionRow: TypeAlias = Row[*tuple[Any, ...]]


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


def differences_between(baseline: InventorySyncRun, current: InventorySyncRun) -> Iterator[PolicyDifference]:
    """Policies that differ between two syncs of one scope; reads only versions that began or ended between.

    What the coverage of either sync makes uncertain is the caller's to judge.
    """
    older, newer = min(baseline.id, current.id), max(baseline.id, current.id)
    identity = (InventoryPolicy.policy_type, InventoryPolicy.external_id)
    query = (
        select(
            InventoryVersion.policy_id,
            InventoryPolicy.collection,
            *identity,
            InventoryPolicy.twin,
            (InventoryVersion.from_run_id <= older).label("is_older"),
            InventoryVersion.content_hash,
            InventoryVersion.display_name,
        )
        .join(InventoryPolicy, InventoryPolicy.id == InventoryVersion.policy_id)
        .where(
            InventoryVersion.tenant_id == current.tenant_id,
            InventoryVersion.scope_key == current.selection_hash,
            or_(_ended_between(older, newer), _begun_between(older, newer)),
        )
        .order_by(*identity, InventoryVersion.policy_id, InventoryVersion.from_run_id)
    )
    rows = db.session.execute(query)
    for _, versions in groupby(rows, key=lambda row: (row.policy_type, row.external_id)):
        yield from _differences(list(versions), is_reversed=baseline.id > current.id)


def _ended_between(older: int, newer: int) -> ColumnElement[bool]:
    """Versions valid at the older sync and no longer at the newer."""
    return and_(
        InventoryVersion.from_run_id <= older,
        InventoryVersion.until_run_id > older,
        InventoryVersion.until_run_id <= newer,
    )


def _begun_between(older: int, newer: int) -> ColumnElement[bool]:
    """Versions valid at the newer sync and not yet at the older."""
    return and_(
        InventoryVersion.from_run_id > older,
        InventoryVersion.from_run_id <= newer,
        or_(InventoryVersion.until_run_id.is_(None), InventoryVersion.until_run_id > newer),
    )


def _differences(versions: list[VersionRow], *, is_reversed: bool) -> Iterator[PolicyDifference]:
    """The differences among the documents of one identity; sides with equal content are none."""
    before = [row for row in versions if row.is_older != is_reversed]
    after = [row for row in versions if row.is_older == is_reversed]
    for old, new in _matched(before, after):
        policy = new or old
        if policy is not None and (old is None or new is None or old.content_hash != new.content_hash):
            yield PolicyDifference(
                policy.policy_id,
                policy.collection,
                policy.policy_type,
                policy.external_id,
                policy.twin,
                _side(old),
                _side(new),
            )


# Documents that share one Graph id are matched by name; a twin that was away for a while may have come back
# under another's mark. What is left over is matched as the syncs did, then by the id alone.
_LIKENESSES: tuple[Callable[[VersionRow], object], ...] = (
    lambda row: (row.display_name, row.content_hash),
    lambda row: row.display_name,
    lambda row: row.policy_id,
    lambda row: row.external_id,
)


def _matched(
    before: list[VersionRow], after: list[VersionRow]
) -> Iterator[tuple[VersionRow | None, VersionRow | None]]:
    if len(before) == len(after) == 1:  # nearly always, and alike at least by the last of them
        yield before[0], after[0]
        return
    for likeness in _LIKENESSES:
        for old in list(before):
            new = next((row for row in after if likeness(row) == likeness(old)), None)
            if new is not None:
                before.remove(old)
                after.remove(new)
                yield old, new
    yield from ((old, None) for old in before)
    yield from ((None, new) for new in after)


def _side(row: VersionRow | None) -> PolicySide | None:
    return None if row is None else PolicySide(row.content_hash, row.display_name)
