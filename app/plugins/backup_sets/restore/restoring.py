"""Bringing one kept version back: look at the tenant, write, and look again until it is proven."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.core import ItemFailedError, ItemSkippedError, clock
from app.plugins.backup_sets.models import BackupSetItem
from app.plugins.backup_sets.restore.identifying import Identifier
from app.plugins.backup_sets.restore.plan import Action, PlannedItem
from app.plugins.backup_sets.restore.proof import Comparer, paths_of
from app.plugins.backup_sets.restore.references import is_id, with_ids
from app.plugins.graph import (
    ApprovalPendingError,
    GraphError,
    GraphPolicies,
    OutcomeUnclearError,
    PolicyResource,
    changed_body,
    new_body,
    resource_of,
)
from app.plugins.inventory import Sealer, readable

# Seconds between two looks: what was written shows after seconds, now and then after a minute.
LOOKS = (0, 1, 2, 4, 8, 15, 15, 15)

Body: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class _Target:
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


@dataclass
class Restorer:
    """Brings versions back into one tenant.

    Attributes:
        policies: the tenant's, in Graph.
        sealer: the tenant's.
        hold: called just before each write; raises when the run is no longer this worker's.
    """

    policies: GraphPolicies
    sealer: Sealer
    hold: Callable[[], None]

    def __post_init__(self) -> None:
        """Ask for references as the run goes."""
        self._identifier = Identifier(self.policies)

    def restore(self, planned: PlannedItem, document: Body, seen: Body | None) -> str:
        """Do what was planned for one version, and prove it; the id of the policy.

        Args:
            planned: what was confirmed.
            document: the kept body.
            seen: the body that the latest sync read, where it had the policy.

        Raises:
            ItemSkippedError: there is nothing to do, or somebody has to approve it first.
            ItemFailedError: it is impossible, refused, or not proven; the reason tells which.
        """
        if planned.obstacle is not None:
            raise ItemFailedError(planned.obstacle.reason_code, planned.obstacle.reason)
        if planned.action is Action.NOTHING:
            raise ItemSkippedError("already_so", "The tenant has this content already.")
        try:
            target = self._looked_at(planned, document, seen)
            graph_id = self._written(target)
            self._prove(target, graph_id)
        except ApprovalPendingError as error:
            raise ItemSkippedError("pending_approval", str(error)) from None
        except OutcomeUnclearError as error:
            raise ItemFailedError("outcome_unclear", f"{error} Look before you repeat it.") from None
        except GraphError as error:
            raise ItemFailedError("graph_refused", f"Nothing was written. {error}") from None
        return graph_id

    def _looked_at(self, planned: PlannedItem, document: Body, seen: Body | None) -> _Target:
        """The policy as it is right now; refuses what is not as it was planned."""
        item = planned.shown.item
        resource = resource_of(item.collection)
        if resource is None:
            raise ItemFailedError("type_not_writable", "This policy type cannot be written yet.")
        wanted = with_ids(dict(document), self._identifier.ids_for(planned.mapped))
        comparer = Comparer(item.collection, self.sealer)
        if seen is None:
            self._require_absent(item, resource)
            return _Target(item, resource, comparer, wanted)
        graph_id, found = self._found(item, resource)
        if not comparer.unlike(wanted, found):
            raise ItemSkippedError("already_so", "The tenant has this content already.")
        other = comparer.unlike(with_ids(dict(seen), self._identifier.ids_in(seen)), found)
        if other:
            said = (
                f"The tenant's policy is not what the plan saw: {paths_of(other)}. Sync again and plan anew."
            )
            raise ItemFailedError("changed_since", said)
        current = readable(dict(found), item.collection, self.sealer)
        return _Target(item, resource, comparer, wanted, graph_id, current)

    def _require_absent(self, item: BackupSetItem, resource: PolicyResource) -> None:
        if self.policies.ids_named(resource, item.display_name):
            said = "The tenant has a policy of this type and name by now. Sync again and plan anew."
            raise ItemFailedError("changed_since", said)

    def _found(self, item: BackupSetItem, resource: PolicyResource) -> tuple[str, Body]:
        if is_id(item.external_id):
            ids = [item.external_id]
        else:
            ids = self.policies.ids_named(resource, item.display_name)
        if len(ids) != 1:
            said = (
                f"The tenant has {len(ids)} policies of this type and name, so nobody knows which is meant."
            )
            raise ItemFailedError("changed_since", said)
        found = self.policies.read(resource, ids[0])
        if found is None:
            raise ItemFailedError("changed_since", "The policy is gone by now. Sync again and plan anew.")
        return ids[0], found

    def _written(self, target: _Target) -> str:
        """Write what differs; after the first write a refusal leaves the policy half done, and says so."""
        item, resource = target.item, target.resource
        self.hold()
        if target.current is None:
            graph_id = self._made(target)
            self._identifier.forget()
        else:
            graph_id = target.graph_id
            body = changed_body(target.wanted, target.current, resource, item.policy_type)
            self.policies.change(resource, graph_id, body)
        try:
            self._finish(target, graph_id)
        except GraphError as error:
            raise ItemFailedError(
                "partly_written", f"Only a part was written, to {graph_id}. {error}"
            ) from None
        return graph_id

    def _made(self, target: _Target) -> str:
        item, resource = target.item, target.resource
        try:
            return self.policies.create(resource, new_body(target.wanted, resource, item.policy_type))
        except OutcomeUnclearError:
            # It was not there a moment ago: whatever bears its name now is it.
            for pause in LOOKS:
                clock.pause(pause)
                ids = self.policies.ids_named(resource, item.display_name)
                if len(ids) == 1:
                    return ids[0]
            raise

    def _finish(self, target: _Target, graph_id: str) -> None:
        """What Graph takes only by actions of the policy."""
        resource, wanted, current = target.resource, target.wanted, target.current or {}
        for name in resource.actions if target.current is not None else ():
            if name in wanted and target.comparer.unlike({name: wanted[name]}, {name: current.get(name)}):
                self.hold()
                self.policies.act(resource, graph_id, name, wanted[name])
        if "assignments" not in wanted or not resource.assigns:
            return
        assignments = [one for one in wanted["assignments"] or () if isinstance(one, dict)]
        if target.comparer.unlike(
            {"assignments": assignments}, {"assignments": current.get("assignments") or []}
        ):
            self.hold()
            self.policies.assign(resource, graph_id, assignments)

    def _prove(self, target: _Target, graph_id: str) -> None:
        emptied = target.comparer.emptied(target.wanted, target.current) if target.current is not None else []
        where = "it cannot be read"
        for pause in LOOKS:
            clock.pause(pause)
            found = self._read_back(target, graph_id)
            if found is not None:
                other = target.comparer.unlike(target.wanted, found, emptied)
                if not other:
                    return
                where = f"it differs at {paths_of(other)}"
        said = f"Written to {graph_id}, but the tenant does not show it after a minute: {where}."
        raise ItemFailedError("not_proven", said)

    def _read_back(self, target: _Target, graph_id: str) -> Body | None:
        try:
            return self.policies.read(target.resource, graph_id)
        except GraphError:
            return None  # it was written: that it cannot be read just now must not be called a refusal
