"""Writing assignments the way every tool means them."""

from app.plugins.inventory.policies.json_value import Document, Json, text_at

ALL_USERS_GROUP = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
ALL_DEVICES_GROUP = "adadadad-808e-44e2-905a-0b7873a8a531"

_TARGET = "#microsoft.graph.{}AssignmentTarget"
_VIRTUAL_GROUPS = {
    ALL_USERS_GROUP: _TARGET.format("allLicensedUsers"),
    ALL_DEVICES_GROUP: _TARGET.format("allDevices"),
}
_NO_FILTER = "00000000-0000-0000-0000-000000000000"
_FILTER_ID = "deviceAndAppManagementAssignmentFilterId"
_FILTER_MODE = "deviceAndAppManagementAssignmentFilterType"


def plain_assignments(assignments: Json) -> Json:
    """The assignments that belong to the policy itself, without what tools write differently.

    Those that come from a policy set are left out; "all users" and "all devices" are targets even where they
    were written as virtual groups; an all-zero filter id is no filter.
    """
    if not isinstance(assignments, list):
        return assignments
    return [_plain(one) if isinstance(one, dict) else one for one in assignments if not _of_policy_set(one)]


def _of_policy_set(assignment: Json) -> bool:
    return isinstance(assignment, dict) and text_at(assignment, "source").lower() == "policysets"


def _plain(assignment: Document) -> Document:
    plain = {key: value for key, value in assignment.items() if key != "source"}
    target = assignment.get("target")
    if isinstance(target, dict):
        plain["target"] = _plain_target(target)
    return plain


def _plain_target(target: Document) -> Document:
    plain = dict(target)
    group = text_at(target, "groupId").lower()
    if group:
        plain["groupId"] = group
    if group in _VIRTUAL_GROUPS and text_at(target, "@odata.type") == _TARGET.format("group"):
        plain = {key: value for key, value in plain.items() if not key.startswith("group")}
        plain["@odata.type"] = _VIRTUAL_GROUPS[group]
    if text_at(target, _FILTER_ID) in {"", _NO_FILTER}:
        plain.pop(_FILTER_ID, None)
        plain.pop(_FILTER_MODE, None)
    return plain
