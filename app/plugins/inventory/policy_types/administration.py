"""Filters, roles, tags and settings of the tenant itself."""

from app.core import PolicyShape, PolicyType

ADMINISTRATION = (
    PolicyType(
        key="assignmentFilter",
        label="Assignment filters",
        graph_type="deviceAndAppManagementAssignmentFilter",
        members="payloadCompatibleAssignmentFilter",
        endpoints=("assignmentFilters",),
        folders=("filters", "assignmentfilters"),
        shapes=(PolicyShape(("rule", "platform", "displayName")),),
    ),
    PolicyType(
        key="roleDefinition",
        label="Intune roles",
        graph_type="roleDefinition",
        members="deviceAndAppManagementRoleDefinition",
        endpoints=("roleDefinitions",),
        folders=("roles", "roledefinitions"),
        shapes=(
            PolicyShape(("rolePermissions",)),
            PolicyShape(("permissions", "isBuiltInRoleDefinition")),
        ),
    ),
    PolicyType(
        key="roleScopeTag",
        label="Scope tags",
        graph_type="roleScopeTag",
        endpoints=("roleScopeTags",),
        folders=("scopetags", "rolescopetags"),
        shapes=(PolicyShape(("displayName", "isBuiltIn"), lacks=("conditions", "settings")),),
    ),
    PolicyType(
        key="notificationTemplate",
        label="Notification templates",
        graph_type="notificationMessageTemplate",
        endpoints=("notificationMessageTemplates",),
        folders=("notifications", "messagetemplates", "notificationmessagetemplates"),
        shapes=(
            PolicyShape(("localizedNotificationMessages",)),
            PolicyShape(("defaultLocale", "brandingOptions")),
        ),
    ),
    PolicyType(
        key="deviceManagementSettings",
        label="Device management settings",
        graph_type="deviceManagementSettings",
        endpoints=("deviceManagement/settings",),
        folders=("devicemanagementsettings",),
        shapes=(
            PolicyShape(("deviceComplianceCheckinThresholdDays",)),
            PolicyShape(("secureByDefault",)),
        ),
    ),
)
