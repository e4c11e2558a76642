"""All declared policy types as one table: what a type, a path, a folder or a shape says about a policy."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core import PolicyShape, PolicyType
from app.plugins.inventory.policies.json_value import Document, objects_in

ASKED_BEFORE = 4096  # answers remembered

# Tools differ in spaces, hyphens and case; names are compared by their letters and digits alone.
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TYPE_SUFFIX = re.compile(r"_([A-Za-z][A-Za-z0-9]+)(?:__[0-9a-fA-F-]{36})?\.json(?:#\d+)?$")


class KnownTypes:
    """Policy types in the order in which they count: of two that fit, the earlier is meant."""

    def __init__(self, types: Iterable[PolicyType]) -> None:
        """Build the table; makes no query and keeps no document."""
        self._types = tuple(types)
        self._by_key = {known.key: known for known in reversed(self._types)}
        self._by_graph_type = {known.graph_type.lower(): known for known in reversed(self._types)}
        self._by_endpoint = {
            endpoint.lower(): known for known in reversed(self._types) for endpoint in known.endpoints
        }
        self._by_folder = {_plain(name): known for known in reversed(self._types) for name in known.folders}
        self._shapes = [_Shape.of(known, shape) for known in self._types for shape in known.shapes]
        self.of_graph_type = lru_cache(maxsize=ASKED_BEFORE)(self._of_graph_type)
        self._of_folders = lru_cache(maxsize=ASKED_BEFORE)(self._nearest_folder)

    def of_key(self, key: str) -> PolicyType | None:
        """The policy type of a key, none where nobody declares it."""
        return self._by_key.get(key)

    def of_endpoint(self, segments: Sequence[str]) -> PolicyType | None:
        """The one listed at a Graph path, given by its segments."""
        words = [segment.lower() for segment in segments]
        return self._by_endpoint.get("/".join(words[-2:])) or self._by_endpoint.get(words[-1])

    def of_path(self, path: str) -> PolicyType | None:
        """The one a document belongs to, judged by where it lies in its source.

        This is how a document that cannot be read still marks its type as incomplete. A file name that ends
        in a concrete type counts first, then the nearest folder whose name a known tool gives to one type.
        """
        named = self.graph_type_in_file_name(path)
        return self.of_graph_type(named) if named else self._of_folders(path.rpartition("/")[0])

    def graph_type_in_file_name(self, path: str) -> str | None:
        """The concrete type at the end of a file name, where it is a known one."""
        found = _TYPE_SUFFIX.search(path)
        return found.group(1) if found and self.of_graph_type(found.group(1)) else None

    def graph_type_of_shape(self, document: Document) -> str | None:
        """The concrete type a body looks like, none where no shape fits. Case of keys does not matter."""
        keys = {key.lower() for key in document}
        return next((shape.graph_type for shape in self._shapes if shape.fits(document, keys)), None)

    def _of_graph_type(self, graph_type: str) -> PolicyType | None:
        """The one in which Graph lists a concrete type (short form), none for an unknown type."""
        exact = self._by_graph_type.get(graph_type.lower())
        return exact or next((known for known in self._types if known.lists(graph_type)), None)

    def _nearest_folder(self, folder: str) -> PolicyType | None:
        words = [_plain(part) for part in folder.split("/")]
        for index in range(len(words) - 1, -1, -1):
            pair = words[index - 1] + words[index] if index else ""
            found = self._by_folder.get(pair) or self._by_folder.get(words[index])
            if found:
                return found
        return None


@dataclass(frozen=True, slots=True)
class _Shape:
    """A declared shape, made ready to be compared with thousands of bodies."""

    graph_type: str
    has: frozenset[str]
    lacks: frozenset[str]
    inside: tuple[tuple[str, str], ...]  # (list at the root, property of one of its objects)

    @classmethod
    def of(cls, known: PolicyType, shape: PolicyShape) -> "_Shape":
        inside = [name.partition("/") for name in shape.has if "/" in name]
        return cls(
            graph_type=shape.graph_type or known.graph_type,
            has=frozenset(name.partition("/")[0].lower() for name in shape.has),
            lacks=frozenset(name.lower() for name in shape.lacks),
            inside=tuple((head, tail) for head, _, tail in inside),
        )

    def fits(self, document: Document, keys: set[str]) -> bool:
        if not self.has <= keys or self.lacks & keys:
            return False
        return all(
            any(tail in found for found in objects_in(document.get(head))) for head, tail in self.inside
        )


def _plain(name: str) -> str:
    return _NOT_WORD.sub("", name.lower())
