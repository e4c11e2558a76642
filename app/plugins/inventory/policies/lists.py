"""How the elements of a list are told apart, and which lists mean something by their order."""

from collections.abc import Callable

import orjson

from app.plugins.inventory.policies.json_value import Document, Json, text_at
from app.plugins.inventory.policies.words import words

_ORDERED = frozenset({"ondemandrules"})
# everything inside a kiosk or home screen layout is arranged by a person
_LAYOUTS = words("""
    homescreenpages homescreendockicons kioskmodeapppositions kioskmodemanagedfolders kioskprofiles
    kioskmodeapps
""")


def is_ordered(path: tuple[str, ...]) -> bool:
    """Whether the order of the list at this property path (indices left out) has a meaning."""
    return path[-1].lower() in _ORDERED or any(key.lower() in _LAYOUTS for key in path)


def is_set(path: tuple[str, ...]) -> bool:
    """Whether naming a scalar twice in this list says no more than naming it once."""
    key = path[-1].lower()
    return key == "rolescopetagids" or (
        path[0].lower() == "conditions" and key.startswith(("include", "exclude"))
    )


def element_key(path: tuple[str, ...], element: Json) -> str | None:
    """The key by which an element of the list at `path` is matched with an element of another version.

    Args:
        path: property names from the root to the list, list indices left out.
        element: one element of it.

    Returns:
        Scalars are keyed by themselves. None for an object (or list) of which no key is known: such
        elements are matched by their whole content.
    """
    if isinstance(element, str):
        return element
    if isinstance(element, dict):
        key_of = _KEYS.get(path[-1].lower(), _key_of_setting) if path else _key_of_setting
        return key_of(element) or None
    return None if isinstance(element, list) else orjson.dumps(element).decode()


def _key_of_setting(element: Document) -> str:
    return (
        text_at(element, "settingInstance", "settingDefinitionId")
        or text_at(element, "settingDefinitionId")
        or text_at(element, "definitionId")
    )


def _key_of_assignment(element: Document) -> str:
    kind = text_at(element, "target", "@odata.type").rpartition(".")[2]
    if not kind:
        return ""
    group = text_at(element, "target", "groupId") or text_at(element, "target", "groupName")
    collection = text_at(element, "target", "collectionId")
    return "|".join((kind, group or collection, text_at(element, "intent"))).rstrip("|")


def _key_of_action(element: Document) -> str:
    grace = element.get("gracePeriodHours")
    template = text_at(element, "notificationTemplateId")
    return f"{text_at(element, 'actionType')}|{grace if grace is not None else ''}|{template}"


def _key_of_definition_value(element: Document) -> str:
    return text_at(element, "definition", "id") or text_at(element, "definition@odata.bind")


def _key_of_presentation_value(element: Document) -> str:
    return text_at(element, "presentation", "id") or text_at(element, "presentation@odata.bind")


def _key_of_app(element: Document) -> str:
    names = ("packageId", "bundleId", "windowsAppId")
    return next(filter(None, (text_at(element, "mobileAppIdentifier", name) for name in names)), "")


def _by(name: str) -> Callable[[Document], str]:
    return lambda element: text_at(element, name)


_KEYS: dict[str, Callable[[Document], str]] = {
    "omasettings": _by("omaUri"),
    "definitionvalues": _key_of_definition_value,
    "presentationvalues": _key_of_presentation_value,
    "assignments": _key_of_assignment,
    "scheduledactionsforrule": _by("ruleName"),
    "scheduledactionconfigurations": _key_of_action,
    "localizednotificationmessages": _by("locale"),
    "apps": _key_of_app,
    "ipranges": _by("cidrAddress"),
    "customsettings": _by("name"),
    "customdata": _by("key"),
    "customkeyvaluedata": _by("name"),
}
