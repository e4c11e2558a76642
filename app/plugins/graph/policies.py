"""Policies in Graph: read whole, made, changed, assigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.plugins.graph.client import GraphClient
from app.plugins.graph.errors import GraphRefusedError
from app.plugins.graph.resources import PolicyResource
from app.plugins.graph.sending import Harm

GROUPS = "v1.0/groups"


@dataclass(frozen=True)
class GraphPolicies:
    """The policies of one tenant.

    Every method raises `GraphError`, as the client does.
    """

    client: GraphClient

    def read(self, resource: PolicyResource, graph_id: str) -> dict[str, Any] | None:
        """One policy with its assignments and settings; nothing: there is none of that id."""
        path = f"{resource.path}/{graph_id}"
        try:
            found = self.client.get(path, {"$expand": resource.expand} if resource.expand else None)
            for name in resource.lists:
                found[name] = list(self.client.pages(f"{path}/{name}"))
        except GraphRefusedError as error:
            if error.status == 404:
                return None
            raise
        return found

    def ids_named(self, resource: PolicyResource, name: str) -> list[str]:
        """Ids of the policies of a type that have a name."""
        chosen = {"$select": f"id,{resource.name_field}"}
        listed = self.client.pages(resource.path, chosen)
        return [str(one["id"]).lower() for one in listed if one.get(resource.name_field) == name]

    def create(self, resource: PolicyResource, body: Mapping[str, object]) -> str:
        """Make a policy; its id.

        Raises:
            OutcomeUnclearError: nobody knows whether it was made.
        """
        made = self.client.write("POST", resource.path, body, harm=Harm.MUCH)
        return str(made.get("id", "")).lower()

    def change(self, resource: PolicyResource, graph_id: str, body: Mapping[str, object]) -> None:
        """Let a policy say something else."""
        self.client.write("PUT" if resource.replaces else "PATCH", f"{resource.path}/{graph_id}", body)

    def act(self, resource: PolicyResource, graph_id: str, name: str, values: Sequence[object]) -> None:
        """Set what only an action of the policy sets."""
        action, called = resource.actions[name]
        self.client.write("POST", f"{resource.path}/{graph_id}/{action}", {called: list(values)})

    def assign(
        self, resource: PolicyResource, graph_id: str, assignments: Sequence[Mapping[str, object]]
    ) -> None:
        """Let a policy be assigned so, and to nobody else."""
        targets = [{name: one[name] for name in ("target", "intent") if name in one} for one in assignments]
        self.client.write("POST", f"{resource.path}/{graph_id}/assign", {"assignments": targets})

    def group_of(self, *, name: str = "", graph_id: str = "") -> str | None:
        """The id of a group, looked up by id or by name; nothing: there is none, or several of that name."""
        if graph_id:
            try:
                return str(self.client.get(f"{GROUPS}/{graph_id}", {"$select": "id"})["id"]).lower()
            except GraphRefusedError as error:
                if error.status == 404:
                    return None
                raise
        quoted = name.replace("'", "''")
        wanted = {"$filter": f"displayName eq '{quoted}'", "$select": "id,displayName"}
        found = [one for one in self.client.pages(GROUPS, wanted) if one.get("displayName") == name]
        return str(found[0]["id"]).lower() if len(found) == 1 else None
