"""A restore plan: what bringing kept versions back would do, and a digest by which it is confirmed."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

from app.core import ItemFailedError, Tenant, tenant_key
from app.plugins.backup_sets.items import ShownItem
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.restore.references import Reference, ReferenceKind
from app.plugins.inventory import Evidence

# What others refer to comes first.
_FIRST = (ReferenceKind.FILTER.collection, ReferenceKind.LOCATION.collection)


class Action(StrEnum):
    """What a restore would do to the tenant for one kept version."""

    CREATE = "create"
    OVERWRITE = "overwrite"
    NOTHING = "nothing"  # the tenant has it so already
    IMPOSSIBLE = "impossible"

    @property
    def writes(self) -> bool:
        """Whether the tenant would be changed."""
        return self in {Action.CREATE, Action.OVERWRITE}


class Standing(StrEnum):
    """How a reference would be written."""

    AS_KEPT = "as_kept"  # by the id that was kept
    BY_NAME = "by_name"  # by the id that its name has in the latest sync
    MADE = "made"  # by the id that the same restore gives it
    OPEN = "open"  # by what the tenant itself answers, just before anything is written
    UNRESOLVED = "unresolved"  # nothing of that id or name is there


@dataclass(frozen=True)
class Mapped:
    """A reference of a kept version with what would be written for it.

    Attributes:
        reference: as it was kept.
        standing: how it would be written.
        name: what it is called, as far as that is known.
        to: the id that would be written; none: only the tenant itself can say.
    """

    reference: Reference
    standing: Standing
    name: str | None = None
    to: str | None = None


@dataclass(frozen=True)
class PlannedItem:
    """What a restore would do for one kept version.

    Attributes:
        shown: the version, with its place among those of its policy.
        action: what would be done.
        obstacle: why nothing can be done, with its reason code.
        sync_run_id: the latest sync of its scope; none: there is none.
        target_hash: content of the policy in that sync; none: it does not have it.
        evidence: what would change in the tenant, where it has the policy with other content.
        mapped: what the version refers to.
        has_assignments: whether it was kept with its assignments; else those of the tenant stay.
    """

    shown: ShownItem
    action: Action
    obstacle: ItemFailedError | None = None
    sync_run_id: int | None = None
    target_hash: str | None = None
    evidence: Evidence | None = None
    mapped: tuple[Mapped, ...] = ()
    has_assignments: bool = True


@dataclass(frozen=True)
class RestorePlan:
    """What a restore of some versions of a set would do, in the order in which it would be done."""

    backup_set: BackupSet
    items: Sequence[PlannedItem] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Action]:
        """How many versions would be treated how."""
        return Counter(planned.action for planned in self.items)

    @property
    def unresolved(self) -> list[Mapped]:
        """References of which no id is known, each once; the tenant is asked for the open ones."""
        open_ones = {Standing.OPEN, Standing.UNRESOLVED}
        found = [one for planned in self.items for one in planned.mapped if one.standing in open_ones]
        return list(dict.fromkeys(found))

    def digest(self, tenant: Tenant) -> str:
        """Names this plan: equal for equal versions, actions and state of the tenant; nobody can guess it."""
        facts = [self.backup_set.id, [_facts(planned) for planned in self.items]]
        key = tenant_key(tenant, "backup_sets.restore_plan")
        return hmac.digest(key, orjson.dumps(facts), hashlib.sha256).hex()


def in_order(shown: Sequence[ShownItem]) -> list[ShownItem]:
    """Versions in the order in which they are restored: what others refer to before what refers."""
    return sorted(shown, key=lambda one: (_rank(one.item.collection), one.item.collection, one.item.id))


def _rank(collection: str) -> int:
    return _FIRST.index(collection) if collection in _FIRST else len(_FIRST)


def _facts(planned: PlannedItem) -> list[object]:
    item = planned.shown.item
    code = planned.obstacle.reason_code if planned.obstacle else None
    mapped = [[*one.reference, one.standing, one.to] for one in planned.mapped]
    return [item.id, item.content_hash, planned.action, code, planned.target_hash, mapped]
