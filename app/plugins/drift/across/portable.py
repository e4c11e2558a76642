"""What a policy says without the ids and secrets that belong to its tenant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from app.core import JsonObject

Names: TypeAlias = Mapping[str, Mapping[str, str]]  # kind of reference -> id in lower case -> name

# Properties that hold ids of something in the tenant, and of what.
REFERENCES = {
    "groupId": "group",
    "includeGroups": "group",
    "excludeGroups": "group",
    "includeUsers": "user",
    "excludeUsers": "user",
    "includeLocations": "location",
    "excludeLocations": "location",
    "deviceAndAppManagementAssignmentFilterId": "filter",
    "roleScopeTagIds": "scope tag",
    "notificationTemplateId": "notification template",
}
# What sources write beside a group's id.
_BESIDE_A_GROUP = ("groupName", "groupDisplayName", "groupType", "membershipRule")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[1-9]\d*")
_SEALED = "$secret"


class Unresolved(NamedTuple):
    """An id that nobody could name: it is compared as it is, and differs from every other."""

    kind: str
    id: str


@dataclass
class Portable:
    """A policy's content in a form that can be held against that of another tenant.

    Attributes:
        secrets: how many sealed values it has; each tenant has its own key, so they cannot be compared.
    """

    content: JsonObject
    unresolved: set[Unresolved] = field(default_factory=set)
    secrets: int = 0


def portable(content: JsonObject, names: Names) -> Portable:
    """Replace ids by the names they have in their tenant, and every secret by the fact that there is one.

    Args:
        content: canonical, secrets sealed.
        names: of what the content may refer to.
    """
    found = Portable({})
    found.content = {key: _plain(key, value, names, found) for key, value in content.items()}
    return found


def _plain(key: str, node: Any, names: Names, found: Portable) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(node, list):
        return [_plain(key, element, names, found) for element in node]
    if isinstance(node, str):
        return _named(REFERENCES[key], node, names, found) if key in REFERENCES else node
    if not isinstance(node, dict):
        return node
    if isinstance(node.get(_SEALED), str):
        found.secrets += 1
        return {_SEALED: "", "kind": node.get("kind", "")}
    if key == "target":
        node = _group_by_name(node)
    return {name: _plain(name, value, names, found) for name, value in node.items()}


def _named(kind: str, some_id: str, names: Names, found: Portable) -> str:
    name = names.get(kind, {}).get(some_id.lower())
    if name is None and _ID.fullmatch(some_id.lower()):
        found.unresolved.add(Unresolved(kind, some_id))
    return name if name is not None else some_id


def _group_by_name(target: JsonObject) -> JsonObject:
    """A target whose group is known by its name alone, where its source wrote that."""
    name = target.get("groupName") or target.get("groupDisplayName")
    if not isinstance(name, str):
        return target
    return {key: value for key, value in target.items() if key not in _BESIDE_A_GROUP} | {"groupId": name}
