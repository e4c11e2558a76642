"""The settings inside a policy: which one a change belongs to, and which ones are in force."""

from collections.abc import Iterator, Mapping

from app.plugins.drift.compare import Change
from app.plugins.drift.severity.strength import OFF

VALUE_NAMES = frozenset({"value", "valueJson"})


def setting_of(change: Change) -> str | None:
    """The setting whose value changed: a definition id, an OMA-URI or a property name.

    None when no value changed, but something around it (a type, a template reference, an assignment).
    """
    names = change.names
    if not names or names[0] == "assignments":
        return None
    if names[0] not in {"settings", "omaSettings", "settingsDelta"}:
        return names[0] if len(names) == 1 else f"{names[0]}_{names[-1]}"
    if names[-1] not in VALUE_NAMES:
        return None
    named = [key for key in change.keys if key[0] not in '"~']
    return intent_property(named[-1]) if named else None


def settings_in_force(content: Mapping[str, object]) -> Iterator[str]:
    """Every setting of a policy that is not merely switched off."""
    for name, value in content.items():
        if name in {"settings", "omaSettings", "settingsDelta"}:
            yield from _definitions(value)
        elif _is_on(value):
            yield name


def intent_property(key: str) -> str:
    """A definition id; for an intent's ``deviceConfiguration--<type>_<property>`` the property."""
    if "--" not in key:
        return key
    return key.split("--", 1)[1].split("_", 1)[-1]


def _definitions(settings: object) -> Iterator[str]:
    open_values = [settings]
    while open_values:
        value = open_values.pop()
        if isinstance(value, list):
            open_values.extend(value)
        elif isinstance(value, dict):
            open_values.extend(value.values())
            name = value.get("settingDefinitionId") or value.get("omaUri") or value.get("definitionId")
            if isinstance(name, str):
                yield intent_property(name)


def _is_on(value: object) -> bool:
    """Whether any value at or below this one is set to more than an off position."""
    open_values = [value]
    while open_values:
        one = open_values.pop()
        if isinstance(one, dict):
            open_values.extend(inner for key, inner in one.items() if key != "@odata.type")
        elif isinstance(one, list):
            open_values.extend(one)
        elif one is not None and str(one).lower() not in OFF:
            return True
    return False
