"""Deciding, value by value, what of one document must be sealed."""

import orjson

from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.policies.places import Place
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.policies.seals import is_seal, seal
from app.plugins.inventory.policies.secrecy import SecretKind
from app.plugins.inventory.policies.tokens import holds_token, may_hold_token

_SECRET_SETTING = "SecretSettingValue"  # noqa: S105 - the end of a Graph type's name


class Sealing:
    """The secrets of one document: finds them, seals them, counts them."""

    __slots__ = ("_sealer", "is_wary", "secret_count")

    def __init__(self, document: Document, sealer: Sealer, *, is_wary: bool | None = None) -> None:
        self._sealer = sealer
        self.is_wary = _needs_a_look(document) if is_wary is None else is_wary
        self.secret_count = 0

    def is_sealed(self, node: Document) -> bool:
        """Whether an object stands for a secret sealed before; it counts as one."""
        found = is_seal(node)
        self.secret_count += found
        return found

    def text(self, value: str, place: Place) -> Json:
        """A text of an ordinary property, sealed if its name or its shape gives it away."""
        if place.credential:
            return self.secret(value, SecretKind.CREDENTIAL)
        if self.is_wary and holds_token(value):
            return self.secret(value, SecretKind.TOKEN)
        return value

    def secret(self, value: Json, kind: SecretKind) -> Json:
        """The seal of a secret value; nothing stays nothing, and a seal stays as it is."""
        if value is None or value in ("", [], {}):
            return value
        if isinstance(value, dict) and self.is_sealed(value):
            return value
        self.secret_count += 1
        return seal(value, kind, self._sealer)

    def setting(self, node: Document) -> Document:
        """An object of the settings catalog, its value sealed where its type says that it is a secret."""
        declared = node.get("@odata.type")
        if not (isinstance(declared, str) and declared.endswith(_SECRET_SETTING) and "value" in node):
            return node
        return {**node, "value": self.secret(node["value"], SecretKind.CREDENTIAL)}


def _needs_a_look(document: Document) -> bool:
    """Whether every text of the document must be looked at."""
    raw = orjson.dumps(document)
    return may_hold_token(raw) or _SECRET_SETTING.encode() in raw
