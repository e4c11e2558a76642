"""Policies that Microsoft keeps itself: their changes are nobody's drift."""

from collections.abc import Mapping

SHAREPOINT_PREFIX = "[SharePoint admin center]"
MANAGED_PREFIX = "Microsoft-managed:"
BUILT_IN_COLLECTIONS = frozenset({"roleDefinition", "roleScopeTag"})


def is_never_a_finding(
    collection: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> bool:
    """Whether a policy is Microsoft's own on every side on which it exists.

    That is: Conditional Access written by the SharePoint admin center, or managed by Microsoft while it is
    disabled; built-in roles and scope tags.

    Args:
        collection: the policy's collection.
        before: its canonical content before, None when it was added.
        after: its canonical content after, None when it was removed.
    """
    sides = [content for content in (before, after) if content is not None]
    return bool(sides) and all(_is_microsofts(collection, content) for content in sides)


def _is_microsofts(collection: str, content: Mapping[str, object]) -> bool:
    if collection in BUILT_IN_COLLECTIONS:
        return content.get("isBuiltIn") is True or content.get("isBuiltInRoleDefinition") is True
    if collection != "conditionalAccessPolicy":
        return False
    name = str(content.get("displayName", ""))
    if name.startswith(SHAREPOINT_PREFIX):
        return True
    return name.startswith(MANAGED_PREFIX) and content.get("state") == "disabled"
