"""To whom a policy was and is assigned, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core import JsonObject
from app.plugins.drift.compare import ListRules
from app.plugins.drift.shown.names import Names

_KINDS = {
    "allDevicesAssignmentTarget": "All devices",
    "allLicensedUsersAssignmentTarget": "All users",
}
_EXCLUDES = "exclusionGroupAssignmentTarget"
_FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
_FILTER_MODE = "deviceAndAppManagementAssignmentFilterType"


@dataclass(frozen=True)
class Assignment:
    """One assignment in words."""

    mode: str  # include, exclude
    who: str
    filter: str  # empty: none
    intent: str  # only apps have one

    def __str__(self) -> str:
        return f"{self.mode} {self.who}"


@dataclass(frozen=True)
class AssignmentPair:
    """One assignment before and after, by its key; a side is missing where it was not there."""

    key: str
    before: Assignment | None
    after: Assignment | None

    @property
    def kind(self) -> str:
        """added, removed, changed, or empty: it is as it was."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        return "" if self.before == self.after else "changed"

    @property
    def newest(self) -> Assignment:
        """As it is, or as it was last."""
        found = self.after or self.before
        if found is None:
            raise ValueError(self.key)
        return found


def assignment_pairs(
    before: JsonObject, after: JsonObject, names: Names, rules: ListRules
) -> list[AssignmentPair]:
    """Every assignment of either side, matched by key; those that changed first."""
    old, new = (_by_key(content, names, rules) for content in (before, after))
    pairs = [AssignmentPair(key, old.get(key), new.get(key)) for key in {**old, **new}]
    return sorted(pairs, key=lambda pair: (not pair.kind, str(pair.newest)))


def spoken_targets(pairs: Sequence[AssignmentPair]) -> Mapping[str, str]:
    """Key of each assignment -> whom it means, in words."""
    return {pair.key: str(pair.newest) for pair in pairs}


def _by_key(content: JsonObject, names: Names, rules: ListRules) -> dict[str, Assignment]:
    assignments = content.get("assignments")
    found: dict[str, Assignment] = {}
    for element in assignments if isinstance(assignments, list) else ():
        if isinstance(element, dict) and isinstance(target := element.get("target"), dict):
            key = _free(rules.element_key(("assignments",), element) or "", found)
            found[key] = _spoken(element, target, names)
    return found


def _free(key: str, taken: Mapping[str, object]) -> str:
    """A key as the comparison writes it: a second one of its kind is told apart."""
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}~{number}"
    return free


def _spoken(assignment: JsonObject, target: JsonObject, names: Names) -> Assignment:
    kind = str(target.get("@odata.type", "")).rpartition(".")[2]
    return Assignment(
        "exclude" if kind == _EXCLUDES else "include",
        _KINDS.get(kind) or _who(target, names) or kind or "an unknown target",
        _filter(target, names),
        str(assignment.get("intent") or ""),
    )


def _who(target: JsonObject, names: Names) -> str:
    name, group_id = target.get("groupName") or target.get("groupDisplayName"), target.get("groupId")
    if name or group_id:
        return f"group {name or names.group(str(group_id))}"
    collection = target.get("collectionId")
    return f"collection {collection}" if collection else ""


def _filter(target: JsonObject, names: Names) -> str:
    filter_id, mode = target.get(_FILTER_ID), target.get(_FILTER_MODE)
    return f"{mode or 'with'} {names.filter(str(filter_id))}" if filter_id else ""
