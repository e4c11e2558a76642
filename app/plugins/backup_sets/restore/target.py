"""A policy of the tenant that a kept version is brought back to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.restore.proof import Comparer
from app.plugins.graph import PolicyResource

Body: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """One policy on its way back.

    Attributes:
        item: the kept version.
        resource: how Graph holds its type.
        comparer: of its collection.
        wanted: what it has to say, with the tenant's ids.
        graph_id: of the policy to overwrite; empty: it is made.
        current: what it says now, as it may be stored; nothing where it is made.
    """

    item: BackupSetItem
    resource: PolicyResource
    comparer: Comparer
    wanted: Body
    graph_id: str = ""
    current: Body | None = None
