"""A place: one property path of one collection, with everything the rules say about it, worked out once."""

from functools import lru_cache

from app.plugins.inventory.policies.lists import is_ordered, is_set
from app.plugins.inventory.policies.noise import is_noise
from app.plugins.inventory.policies.secrecy import SecretKind, ends_like_a_credential, secret_kind

_REMEMBERED_CHILDREN = 512  # documents with invented keys must not fill the memory
_REMEMBERED_DEPTH = 48


class Place:
    """One property path (list indices left out), linked to the places below it.

    Policies of one collection share their paths, so the rules are asked once per path instead of once per
    value: this is what makes reading tens of thousands of policies cheap.
    """

    __slots__ = (
        "children",
        "collection",
        "credential",
        "dropped",
        "ordered",
        "path",
        "reference",
        "secret",
        "special",
        "unique",
    )

    def __init__(self, path: tuple[str, ...], collection: str) -> None:
        self.path = path
        self.collection = collection
        self.children: dict[str, Place] = {}  # those asked for so far
        self.dropped = bool(path) and is_noise(path, collection)
        self.secret: SecretKind | None = secret_kind(path) if path else None
        self.credential = bool(path) and ends_like_a_credential(path[-1])
        self.special = self.dropped or self.secret is not None
        self.reference = bool(path) and path[-1].endswith("@odata.bind")
        self.ordered = bool(path) and is_ordered(path)
        self.unique = bool(path) and is_set(path)

    def child(self, key: str) -> "Place":
        """The place of the property `key` of the object here."""
        known = self.children.get(key)
        if known is not None:
            return known
        place = Place((*self.path, key), self.collection)
        if len(self.children) < _REMEMBERED_CHILDREN and len(self.path) < _REMEMBERED_DEPTH:
            self.children[key] = place
        return place


@lru_cache(maxsize=128)
def root_place(collection: str) -> Place:
    """The place of a whole document of a collection."""
    return Place((), collection)
