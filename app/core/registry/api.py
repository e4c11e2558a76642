"""The version of the contract, and which plugins it can take."""

API_VERSION = (1, 1)


def incompatibility(requires_api: tuple[int, int]) -> str | None:
    """Why a plugin written for an API version cannot be used here, as a sentence; nothing: it can.

    Args:
        requires_api: (major, minor), as the plugin declares it.
    """
    (major, minor), (ours, offered) = requires_api, API_VERSION
    both = f"it needs API {major}.{minor}, this TenantAtlas offers {ours}.{offered}"
    if major < ours:
        return f"{both}: install a version of the plugin that was written for API {ours}"
    if major > ours or minor > offered:
        return f"{both}: upgrade TenantAtlas, or install an older version of the plugin"
    return None
