"""How Microsoft Graph holds the policies that can be written: where they lie, and what it takes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PolicyResource:
    """One policy type in Graph.

    Attributes:
        collection: key of the policy type.
        path: of its list, below the address of Graph, with the version.
        name_field: the property that holds a policy's name.
        expand: what has to be asked for beside a policy.
        lists: lists below a policy, read page by page and put into its body.
        is_typed: its policies are of several Graph types, so that a new one must name its own.
        assigns: whether a policy is assigned, by an action `assign` of its own.
        replaces: a policy is replaced as a whole (PUT) instead of in part (PATCH).
        sent: the only properties that Graph takes; none: all that it does not write itself.
        unsent: properties that Graph tells and does not take.
        fixed: properties that cannot be changed once a policy is made.
        actions: property -> (action that sets it, what the action calls it), of a policy that is there.
    """

    collection: str
    path: str
    name_field: str = "displayName"
    expand: str = ""
    lists: tuple[str, ...] = ()
    is_typed: bool = False
    assigns: bool = True
    replaces: bool = False
    sent: frozenset[str] | None = None
    unsent: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    actions: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_ALL = (
    PolicyResource(
        "deviceConfiguration",
        "beta/deviceManagement/deviceConfigurations",
        is_typed=True,
        lists=("assignments",),
    ),
    PolicyResource(
        "compliancePolicy",
        "beta/deviceManagement/deviceCompliancePolicies",
        is_typed=True,
        expand="scheduledActionsForRule($expand=scheduledActionConfigurations)",
        lists=("assignments",),
        actions={
            "scheduledActionsForRule": ("scheduleActionsForRules", "deviceComplianceScheduledActionForRules")
        },
    ),
    PolicyResource(
        "settingsCatalog",
        "beta/deviceManagement/configurationPolicies",
        name_field="name",
        lists=("settings", "assignments"),
        replaces=True,
        sent=frozenset(
            {
                "name",
                "description",
                "platforms",
                "technologies",
                "roleScopeTagIds",
                "templateReference",
                "settings",
            }
        ),
    ),
    PolicyResource(
        "assignmentFilter",
        "beta/deviceManagement/assignmentFilters",
        assigns=False,
        fixed=frozenset({"platform", "assignmentFilterManagementType"}),
    ),
    PolicyResource(
        "conditionalAccessPolicy",
        "v1.0/identity/conditionalAccess/policies",
        assigns=False,
        unsent=frozenset({"templateId"}),
    ),
    PolicyResource(
        "namedLocation", "v1.0/identity/conditionalAccess/namedLocations", is_typed=True, assigns=False
    ),
)
_BY_COLLECTION = {resource.collection: resource for resource in _ALL}


def writable_types() -> tuple[str, ...]:
    """Keys of the policy types of which writing is proven."""
    return tuple(_BY_COLLECTION)


def resource_of(collection: str) -> PolicyResource | None:
    """How Graph holds a policy type; nothing: it cannot be written yet."""
    return _BY_COLLECTION.get(collection)
