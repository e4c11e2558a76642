"""Other ways to write the same policy: what tools, versions of Graph and file systems do to a body."""

import base64
import random
import re
from datetime import datetime, timedelta, timezone

from app.plugins.inventory.policies.places import root_place
from app.plugins.inventory.policies.secrecy import SecretKind

NOTHING = (None, "", [])
INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
ANYWHERE = {
    "createdDateTime": "2024-05-24T09:26:17Z",
    "lastModifiedDateTime": "2025-05-24T09:26:17.123Z",
    "roleScopeTagIds@odata.type": "#Collection(String)",
    "@odata.etag": 'W/"1"',
    "#microsoft.graph.assign": {"target": "https://graph.microsoft.com/beta/assign"},
}
AT_ROOT = {"version": 7, "isAssigned": True, "settingCount": 3, "supportsScopeTags": False, "createdBy": "x"}
WRAPPED = (SecretKind.SCRIPT, SecretKind.PAYLOAD, SecretKind.CERTIFICATE)


def rewritten(document, collection, seed, *kinds):
    """A document that means the same.

    Args:
        document: a body as a source gives it.
        collection: key of the collection it belongs to.
        seed: the same one gives the same document.
        kinds: names of the methods of `Rewriting` that are applied.
    """
    chance = random.Random(seed)  # noqa: S311 - decides about tests alone
    return Rewriting(chance, kinds).body(document, root_place(collection))


class Rewriting:
    """One pass over a document; a value that will be sealed is a secret and only rewrapped."""

    def __init__(self, chance, kinds):
        self._chance, self._kinds = chance, [getattr(self, kind) for kind in kinds]

    def body(self, node, place):
        """An object, its properties first."""
        written = {}
        for key, value in node.items():
            child = place.child(key)
            written[key] = value if child.dropped else self._value(value, child)
        for kind in self._kinds:
            written = kind(written, place)
        return written

    def shuffled(self, node, place):
        """Keys in another order, and the elements of lists whose order means nothing."""
        if isinstance(node, dict):
            return dict(self._in_any_order(node.items()))
        if isinstance(node, list) and not place.ordered:
            return self._in_any_order(node)
        return node

    def stamped(self, node, place):
        """With what Graph writes into objects and nobody configures."""
        if not isinstance(node, dict):
            return node
        return {**ANYWHERE, **(AT_ROOT if not place.path else {}), **node, **self._row_id(place)}

    def emptied(self, node, _place):
        """Null, "", [] and missing take each other's place."""
        if isinstance(node, dict):
            full = {key: value for key, value in node.items() if value not in NOTHING}
            spare = [key for key in node if key not in full]
            added = {key: self._chance.choice(NOTHING) for key in spare if self._chance.random() < 0.7}
            return {**full, **added, "somethingNew": self._chance.choice(NOTHING)}
        if isinstance(node, list):
            return [*(one for one in node if one not in NOTHING), self._chance.choice(NOTHING)]
        return node

    def retimed(self, node, place):
        """Instants with other fractions, in another zone."""
        found = isinstance(node, str) and place.secret is None and INSTANT.fullmatch(node)
        if not found:
            return node
        seconds, fraction, zone = found.groups()
        try:
            moment = datetime.fromisoformat(seconds + zone.replace("Z", "+00:00"))
            moment = moment.astimezone(timezone(timedelta(hours=self._chance.choice((0, 2, -5)))))
        except OverflowError:
            return node
        digits = (fraction or ".").rstrip("0").ljust(self._chance.randrange(9), "0").rstrip(".")
        text = moment.isoformat()
        return f"{text[:19]}{digits}{text[19:]}"

    def reckoned(self, node, place):
        """Whole numbers with a point."""
        is_whole = isinstance(node, int) and not isinstance(node, bool) and place.secret is None
        return float(node) if is_whole and abs(node) < 2**53 else node

    def dosed(self, node, place):
        """Line ends as Windows writes them."""
        if isinstance(node, str) and place.secret in (None, SecretKind.SCRIPT, SecretKind.PAYLOAD):
            return node.replace("\r\n", "\n").replace("\n", "\r\n")
        return node

    def rewrapped(self, node, place):
        """Base64 with line breaks; a script or payload that is written plainly comes as base64."""
        if not isinstance(node, str) or place.secret not in WRAPPED or not node:
            return node
        packed = "".join(node.split())
        try:
            base64.b64decode(packed, validate=True)
        except ValueError:
            if place.secret is SecretKind.CERTIFICATE:
                return node
            packed = base64.b64encode(node.encode()).decode()
        width = self._chance.choice((64, 76, 4000))
        return "\n".join(packed[begin : begin + width] for begin in range(0, len(packed), width))

    def _value(self, value, place):
        if isinstance(value, dict) and place.secret is None:
            return self.body(value, place)
        if isinstance(value, list) and place.secret is None:
            value = [self._element(one, place) for one in value]
        for kind in self._kinds:
            value = kind(value, place)
        return value

    def _element(self, element, place):
        if isinstance(element, dict):
            return self.body(element, place)
        if isinstance(element, list):
            return [self._element(one, place) for one in element]
        for kind in self._kinds:
            element = kind(element, place)
        return element

    def _in_any_order(self, things):
        return self._chance.sample(list(things), len(things))

    def _row_id(self, place):
        has_id = bool(place.path) and place.child("id").dropped
        return {"id": str(self._chance.random())} if has_id else {}
