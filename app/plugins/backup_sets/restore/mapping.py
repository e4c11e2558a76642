"""Giving references the ids that they have in the tenant now, as far as its latest sync tells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.core import Tenant
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.restore.plan import Mapped, Standing
from app.plugins.backup_sets.restore.references import (
    Document,
    Reference,
    ReferenceKind,
    is_id,
    references_in,
)
from app.plugins.inventory import (
    CoverageState,
    InventorySyncRun,
    PolicyFilter,
    choose_policies,
    coverage_of,
    last_names,
)


@dataclass(frozen=True)
class _There:
    """The policies of one collection that a sync read.

    Attributes:
        names: Graph id -> name.
        is_complete: whether there are no others.
    """

    names: Mapping[str, str]
    is_complete: bool

    def id_of(self, name: str) -> str | None:
        """The id of the one that has a name; of several none is meant."""
        found = [external_id for external_id, called in self.names.items() if called == name]
        return found[0] if len(found) == 1 else None


@dataclass
class Mapper:
    """Looks references up in the latest sync, by id and then by name.

    Attributes:
        tenant: whose.
        made: (kind, identity or name) of what the same restore makes.
    """

    tenant: Tenant
    made: set[tuple[ReferenceKind, str]] = field(default_factory=set)
    _there: dict[tuple[int, str], _There] = field(default_factory=dict)

    def will_make(self, item: BackupSetItem) -> None:
        """Know that the restore makes a policy that others may refer to."""
        for kind in ReferenceKind:
            if kind.collection == item.collection:
                self.made |= {(kind, item.external_id), (kind, item.display_name)}

    def mapped(self, document: Document, sync: InventorySyncRun) -> tuple[Mapped, ...]:
        """Every reference of a document with what would be written for it."""
        return tuple(self._mapped(one, sync) for one in references_in(document))

    def _mapped(self, reference: Reference, sync: InventorySyncRun) -> Mapped:
        collection = reference.kind.collection
        if collection is None:
            # Groups are no part of the inventory: the tenant is asked for them before anything is written.
            standing = Standing.AS_KEPT if reference.is_id else Standing.OPEN
            return Mapped(reference, standing, None if reference.is_id else reference.value)
        there, key = self._of(sync, collection), reference.value.lower()
        if key in there.names:
            return Mapped(reference, Standing.AS_KEPT, there.names[key], key)
        name = self._name(reference, collection)
        if {(reference.kind, key), (reference.kind, name)} & self.made:
            return Mapped(reference, Standing.MADE, name)
        found = there.id_of(name) if name else None
        if found is not None:
            return Mapped(reference, Standing.BY_NAME, name, found)
        return Mapped(reference, Standing.UNRESOLVED if there.is_complete else Standing.OPEN, name)

    def _name(self, reference: Reference, collection: str) -> str | None:
        if not reference.is_id:
            return reference.value
        key = reference.value.lower()
        return last_names(self.tenant, collection, [key]).get(key)

    def _of(self, sync: InventorySyncRun, collection: str) -> _There:
        key = (sync.id, collection)
        if key not in self._there:
            read = choose_policies(sync, PolicyFilter(collection=collection))
            coverage = coverage_of(sync).get(collection)
            self._there[key] = _There(
                names={one.external_id: one.display_name for one in read if is_id(one.external_id)},
                is_complete=coverage is not None and CoverageState(coverage.state).is_complete,
            )
        return self._there[key]


def known_ids(mapped: Iterable[Mapped]) -> dict[Reference, str]:
    """The references whose id is known before the tenant is asked."""
    return {one.reference: one.to for one in mapped if one.to is not None}
