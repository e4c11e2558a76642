"""The body of a policy as people may see and export it: no secrets, no noise, otherwise as it was."""

from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.policies.places import Place, root_place
from app.plugins.inventory.policies.sealer import Sealer
from app.plugins.inventory.policies.sealing import Sealing
from app.plugins.inventory.policies.spelling import respelled


def readable(document: Document, collection: str, sealer: Sealer, *, is_wary: bool | None = None) -> Document:
    """The storable body of a policy.

    Secrets are replaced by seals and server-written properties dropped; structure, nulls and order are kept.
    Making the result readable again changes nothing.

    Args:
        document: the body as parsed, or a body that was made readable before.
        collection: key of the collection it belongs to.
        sealer: holds the tenant's key.
        is_wary: what `canonicalize` found out about the same document; it is found out again when missing.
    """
    return _object(respelled(document), root_place(collection), Sealing(document, sealer, is_wary=is_wary))


def _object(node: Document, place: Place, sealing: Sealing) -> Document:
    if "kind" in node and sealing.is_sealed(node):
        return node
    out: Document = {}
    known, is_wary = place.children, sealing.is_wary
    for key, value in (sealing.setting(node) if is_wary else node).items():
        child = known.get(key) or place.child(key)
        if child.special:
            if child.secret is not None and not child.dropped:
                out[key] = sealing.secret(value, child.secret)
        elif isinstance(value, (dict, list)):
            out[key] = _container(value, child, sealing)
        elif isinstance(value, str) and (is_wary or child.credential):
            out[key] = sealing.text(value, child)
        else:
            out[key] = value
    return out


def _container(value: Document | list[Json], place: Place, sealing: Sealing) -> Json:
    if isinstance(value, dict):
        return _object(value, place, sealing)
    return [_element(element, place, sealing) for element in value]


def _element(value: Json, place: Place, sealing: Sealing) -> Json:
    if isinstance(value, (dict, list)):
        return _container(value, place, sealing)
    if isinstance(value, str) and (sealing.is_wary or place.credential):
        return sealing.text(value, place)
    return value
