"""Bringing hand-edited bodies back to Graph's spelling of property names."""

from functools import lru_cache

from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.policies.words import words

_ROOT_NAMES = {
    name.lower(): name
    for name in words(
        """
        id displayName name description state conditions grantControls sessionControls assignments settings
        roleScopeTagIds createdDateTime modifiedDateTime lastModifiedDateTime version templateId
        """
    )
}


def respelled(document: Document) -> Document:
    """The document with its names as Graph writes them, where someone wrote `DisplayName` or `ID`.

    Bodies without such a name at the root come back as they are. Where one name stands there in two
    spellings, the correct one wins.
    """
    if not any(map(_is_misspelled, document)):
        return document
    return _object(document, _ROOT_NAMES)


@lru_cache(maxsize=8192)
def _is_misspelled(key: str) -> bool:
    return _ROOT_NAMES.get(key.lower(), key) != key


def _object(document: Document, names: dict[str, str]) -> Document:
    spelled: Document = {}
    for key in sorted(document, key=lambda key: (_spell(key, names) == key, key)):
        spelled[_spell(key, names)] = _value(document[key])
    return {_spell(key, names): spelled[_spell(key, names)] for key in document}


def _spell(key: str, names: dict[str, str]) -> str:
    known = names.get(key.lower())
    if known:
        return known
    return key[:1].lower() + key[1:] if key[:1].isupper() else key


def _value(value: Json) -> Json:
    if isinstance(value, dict):
        return _object(value, {})
    return [_value(element) for element in value] if isinstance(value, list) else value
