"""Names for the ids in a policy: of groups as its source wrote them, of filters as inventory has them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.core import JsonObject
from app.plugins.inventory import InventorySyncRun, PolicyFilter, choose_policies

FILTERS = "assignmentFilter"


@dataclass(frozen=True)
class Names:
    """Id in lower case -> name; what is missing is deleted or could not be read."""

    groups: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)

    def group(self, group_id: str) -> str:
        """What a group is called."""
        return self.groups.get(group_id.lower()) or unreadable(group_id)

    def filter(self, filter_id: str) -> str:
        """What a filter is called; some sources write the name in place of the id."""
        return self.filters.get(filter_id.lower()) or unreadable(filter_id)


def unreadable(some_id: str) -> str:
    """What stands in place of a name that nobody knows; what is no id is a name itself."""
    return f"deleted or unreadable ({some_id})" if _is_id(some_id) else some_id


def filters_of(sync: InventorySyncRun) -> dict[str, str]:
    """Id of each filter that a sync read -> its name."""
    found = choose_policies(sync, PolicyFilter(collection=FILTERS))
    return {policy.external_id: policy.display_name for policy in found}


def groups_in(contents: Iterable[JsonObject]) -> dict[str, str]:
    """Id of each group that policies name beside its id -> that name."""
    named = {}
    for target in (target for content in contents for target in targets_in(content)):
        group_id, name = target.get("groupId"), target.get("groupName") or target.get("groupDisplayName")
        if isinstance(group_id, str) and isinstance(name, str):
            named[group_id.lower()] = name
    return named


def targets_in(content: JsonObject) -> Iterator[JsonObject]:
    """The targets of a policy's assignments."""
    assignments = content.get("assignments")
    for assignment in assignments if isinstance(assignments, list) else ():
        target = assignment.get("target") if isinstance(assignment, dict) else None
        if isinstance(target, dict):
            yield target


def _is_id(text: str) -> bool:
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and "".join(parts).isalnum()
