"""What people call a changed path."""

import re
from collections.abc import Iterable

from app.plugins.drift.shown.path_text import Step

BETWEEN = " > "
# Properties in which Graph wraps a value and that say nothing to a reader.
WRAPPERS = frozenset(
    [
        "settinginstance",
        "choicesettingvalue",
        "simplesettingvalue",
        "groupsettingcollectionvalue",
        "choicesettingcollectionvalue",
        "simplesettingcollectionvalue",
        "groupsettingvalue",
        "value",
        "children",
        "target",
    ]
)
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SETTING_PREFIX = re.compile(r"^(?:device|user)_vendor_msft_(?:policy_config_)?")
_SPOKEN = {"@odata.type": "Type", "omaSettings": "OMA settings", "roleScopeTagIds": "Scope tags"}


def label_of(steps: Iterable[Step]) -> str:
    """Steps in words, wrappers left out: `Conditions > Users > Exclude groups > g1`."""
    said = [_said(step) for step in steps]
    return BETWEEN.join(filter(None, said)) or "Value"


def words_of(name: str) -> str:
    """A property's name in words: `passcodeRequired` is `Passcode required`."""
    if name in _SPOKEN:
        return _SPOKEN[name]
    parts = _BOUNDARY.sub(" ", name.removeprefix("@odata.")).replace("_", " ").split()
    spoken = " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)
    return spoken[:1].upper() + spoken[1:]


def _said(step: Step) -> str:
    if not step.is_key:
        return "" if step.text.lower() in WRAPPERS else words_of(step.text)
    name = _SETTING_PREFIX.sub("", step.text)
    if name != step.text:
        return name.replace("_", " ")
    return ", ".join(filter(None, step.text.split("|"))) or "one element"
