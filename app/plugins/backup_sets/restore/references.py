"""What a policy refers to: groups, filters and locations, which have other ids in another time or tenant."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

Document: TypeAlias = dict[str, Any]

FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
FILTER_MODE = "deviceAndAppManagementAssignmentFilterType"

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NO_FILTER = "00000000-0000-0000-0000-000000000000"
# All users and all devices, where they are written as groups.
_NO_GROUPS = frozenset({"acacacac-9df4-4c7d-9d50-4ef0226f57a9", "adadadad-808e-44e2-905a-0b7873a8a531"})
# What Conditional Access says instead of an id.
_WORDS = frozenset({"all", "none", "alltrusted", "guestsorexternalusers"})


class ReferenceKind(StrEnum):
    """What is referred to."""

    GROUP = "group"
    FILTER = "filter"
    LOCATION = "location"

    @property
    def collection(self) -> str | None:
        """The policy type it is, where it is one."""
        return {"filter": "assignmentFilter", "location": "namedLocation"}.get(self.value)


class Reference(NamedTuple):
    """One thing that a policy refers to, by its id or, as some exports write it, its name."""

    kind: ReferenceKind
    value: str

    @property
    def is_id(self) -> bool:
        """Whether it is an id; else it is a name."""
        return is_id(self.value)


def is_id(text: str) -> bool:
    """Whether a text has the form of an id of the tenant's directory."""
    return _ID.fullmatch(text) is not None


_LISTS = (
    ("users", "includeGroups", ReferenceKind.GROUP),
    ("users", "excludeGroups", ReferenceKind.GROUP),
    ("locations", "includeLocations", ReferenceKind.LOCATION),
    ("locations", "excludeLocations", ReferenceKind.LOCATION),
)


def references_in(document: Document) -> list[Reference]:
    """Everything a policy refers to, each once, in the order of the document."""
    return list(dict.fromkeys([*_of_targets(document), *_of_conditions(document)]))


def with_ids(document: Document, ids: Mapping[Reference, str]) -> Document:
    """The same policy with references replaced by ids; those that are not named stay as they are.

    Args:
        document: the body of a policy; it is not changed.
        ids: reference -> id to write in its place.
    """
    if not ids:
        return document
    changed = dict(document)
    if isinstance(document.get("assignments"), list):
        changed["assignments"] = [_assignment(one, ids) for one in document["assignments"]]
    if isinstance(document.get("conditions"), dict):
        changed["conditions"] = _conditions(document["conditions"], ids)
    return changed


def _of_targets(document: Document) -> Iterator[Reference]:
    for target in _targets(document):
        group = _group(target)
        if group is not None:
            yield group
        found = target.get(FILTER_ID)
        if isinstance(found, str) and found not in {"", _NO_FILTER}:
            yield Reference(ReferenceKind.FILTER, found)


def _targets(document: Document) -> Iterator[Document]:
    assignments = document.get("assignments")
    for one in assignments if isinstance(assignments, list) else ():
        if isinstance(one, dict) and isinstance(one.get("target"), dict):
            yield one["target"]


def _group(target: Document) -> Reference | None:
    value = target.get("groupId") or target.get("groupName")
    if not isinstance(value, str) or value.lower() in _NO_GROUPS:
        return None
    return Reference(ReferenceKind.GROUP, value)


def _of_conditions(document: Document) -> Iterator[Reference]:
    conditions = document.get("conditions")
    for part, name, kind in _LISTS if isinstance(conditions, dict) else ():
        holder = conditions.get(part) if isinstance(conditions, dict) else None
        values = holder.get(name) if isinstance(holder, dict) else None
        for value in values if isinstance(values, list) else ():
            if isinstance(value, str) and value.lower() not in _WORDS:
                yield Reference(kind, value)


def _assignment(assignment: object, ids: Mapping[Reference, str]) -> object:
    if not isinstance(assignment, dict) or not isinstance(assignment.get("target"), dict):
        return assignment
    target = dict(assignment["target"])
    group = _group(target)
    if group is not None and group in ids:
        # What an export tells of a group beside its name is nothing that can be written.
        target = {key: value for key, value in target.items() if not key.startswith(("group", "membership"))}
        target["groupId"] = ids[group]
    found = target.get(FILTER_ID)
    if isinstance(found, str):
        target[FILTER_ID] = ids.get(Reference(ReferenceKind.FILTER, found), found)
    return {**assignment, "target": target}


def _conditions(conditions: Document, ids: Mapping[Reference, str]) -> Document:
    changed = dict(conditions)
    for part, name, kind in _LISTS:
        holder = changed.get(part)
        if isinstance(holder, dict) and isinstance(holder.get(name), list):
            values = [
                ids.get(Reference(kind, one), one) if isinstance(one, str) else one for one in holder[name]
            ]
            changed[part] = {**holder, name: values}
    return changed
