"""Asking the tenant for the ids of what a version refers to, just before anything is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core import ItemFailedError
from app.plugins.backup_sets.restore.plan import Mapped
from app.plugins.backup_sets.restore.references import Reference, ReferenceKind, references_in
from app.plugins.graph import GraphPolicies, resource_of


@dataclass
class Identifier:
    """Finds references in the tenant; each is asked for once a run."""

    policies: GraphPolicies
    _found: dict[tuple[ReferenceKind, str], str | None] = field(default_factory=dict)

    def ids_for(self, mapped: Iterable[Mapped]) -> dict[Reference, str]:
        """The ids to write for what a version refers to.

        Raises:
            ItemFailedError: the tenant does not have one of them, or several of that name.
            GraphError: the tenant could not be asked.
        """
        ids: dict[Reference, str] = {}
        for one in mapped:
            found = self._id_of(one)
            if found is None:
                what = f"{one.reference.kind} {one.name or one.reference.value}"
                said = f"The tenant has no {what}, or several of that name; nothing was written."
                raise ItemFailedError("reference_unresolved", said)
            ids[one.reference] = found
        return ids

    def ids_in(self, document: Mapping[str, Any]) -> dict[Reference, str]:
        """The ids of those groups that a document gives by name and that the tenant has."""
        named = [one for one in references_in(dict(document)) if not one.is_id]
        found = {one: self._ask(one.kind, one.value) for one in named}
        return {reference: graph_id for reference, graph_id in found.items() if graph_id is not None}

    def forget(self) -> None:
        """Ask again: something was made that others may refer to."""
        self._found.clear()

    def _id_of(self, mapped: Mapped) -> str | None:
        reference, name = mapped.reference, mapped.name
        wanted = [mapped.to or reference.value] if mapped.to or reference.is_id else []
        wanted += [name] if name is not None and reference.kind is not ReferenceKind.GROUP else []
        wanted += [] if reference.is_id else [reference.value]
        return next(filter(None, (self._ask(reference.kind, text) for text in wanted)), None)

    def _ask(self, kind: ReferenceKind, text: str) -> str | None:
        """The id of what has an id or a name."""
        if (kind, text) not in self._found:
            self._found[kind, text] = self._asked(Reference(kind, text))
        return self._found[kind, text]

    def _asked(self, reference: Reference) -> str | None:
        graph_id = reference.value.lower()
        if reference.kind is ReferenceKind.GROUP:
            return (
                self.policies.group_of(graph_id=graph_id)
                if reference.is_id
                else self.policies.group_of(name=reference.value)
            )
        resource = resource_of(reference.kind.collection or "")
        if resource is None:
            return None
        if reference.is_id:
            return graph_id if self.policies.read(resource, graph_id) is not None else None
        ids = self.policies.ids_named(resource, reference.value)
        return ids[0] if len(ids) == 1 else None
