"""Whom a policy reaches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

ALL_USERS_GROUP = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
ALL_DEVICES_GROUP = "adadadad-808e-44e2-905a-0b7873a8a531"
EVERYONE_TYPES = frozenset({"allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"})


class Reach(StrEnum):
    """How far one target goes."""

    EVERYONE = "everyone"  # all users or all devices
    SOME = "some"  # a group, or anything else that includes
    EXCLUDED = "excluded"  # a group that is left out


@dataclass(frozen=True, slots=True)
class Target:
    """One target of a policy."""

    reach: Reach
    who: str  # a group's id or name, else the target's type
    intent: str = ""  # only apps have one


def targets_of(content: Mapping[str, object]) -> frozenset[Target]:
    """The targets a policy's content names; empty when nothing is assigned.

    Conditional Access policies have no assignments: their included users count instead.
    """
    found = set(_conditional_access_targets(content))
    assignments = content.get("assignments")
    for assignment in assignments if isinstance(assignments, list) else ():
        target = assignment.get("target", assignment) if isinstance(assignment, dict) else None
        if isinstance(target, dict):
            found.add(_target(target, str(assignment.get("intent", ""))))
    return frozenset(found)


def included(targets: frozenset[Target]) -> frozenset[Target]:
    """The targets that make a policy apply."""
    return frozenset(target for target in targets if target.reach is not Reach.EXCLUDED)


def reaches_everyone(targets: frozenset[Target]) -> bool:
    """Whether all users or all devices are included."""
    return any(target.reach is Reach.EVERYONE for target in targets)


def _target(target: Mapping[str, object], intent: str) -> Target:
    kind = str(target.get("@odata.type", "")).removeprefix("#microsoft.graph.")
    who = str(target.get("groupId") or target.get("groupName") or target.get("collectionId") or kind)
    if kind == "exclusionGroupAssignmentTarget":
        return Target(Reach.EXCLUDED, who, intent)
    if kind in EVERYONE_TYPES or who.lower() in {ALL_USERS_GROUP, ALL_DEVICES_GROUP}:
        return Target(Reach.EVERYONE, who, intent)
    return Target(Reach.SOME, who, intent)


def _conditional_access_targets(content: Mapping[str, object]) -> Iterator[Target]:
    conditions = content.get("conditions")
    users = conditions.get("users") if isinstance(conditions, dict) else None
    for key, value in users.items() if isinstance(users, dict) else ():
        if key == "includeUsers" and isinstance(value, list):
            for who in value:
                if who != "None":
                    yield Target(Reach.EVERYONE if who == "All" else Reach.SOME, str(who))
        elif key.startswith("include") and value:
            yield Target(Reach.SOME, key)
