"""What is never a finding: policies that Microsoft keeps itself."""

from collections.abc import Mapping

from app.core import IgnoreRule


def _is_built_in(content: Mapping[str, object]) -> bool:
    return content.get("isBuiltIn") is True or content.get("isBuiltInRoleDefinition") is True


OWN_RULES = (
    IgnoreRule(
        key="sharepoint_admin_center",
        label="SharePoint admin center",
        reason="The SharePoint admin center writes these Conditional Access policies itself.",
        policy_types=("conditionalAccessPolicy",),
        name=r"\[SharePoint admin center\].*",
    ),
    IgnoreRule(
        key="microsoft_managed",
        label="Microsoft-managed policies",
        reason="Microsoft manages these Conditional Access policies, and they are disabled.",
        policy_types=("conditionalAccessPolicy",),
        name=r"Microsoft-managed:.*",
        only_if=lambda content: content.get("state") == "disabled",
    ),
    IgnoreRule(
        key="built_in",
        label="Built-in roles and scope tags",
        reason="Microsoft brings these roles and scope tags, and changes them with its service.",
        policy_types=("roleDefinition", "roleScopeTag"),
        only_if=_is_built_in,
    ),
)
