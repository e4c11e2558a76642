"""Who a policy is: what stays the same between two readings of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from app.core import SourceProblem
from app.plugins.inventory.policies.json_value import Document
from app.plugins.inventory.policies.known_types import KnownTypes

NAME_FIELDS = ("displayName", "name")


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of one document within one snapshot."""

    external_id: str  # Graph id in lower case, else "name:<name>", else "path:<path>"; "~2" for a second one
    twin: str  # "" unless an earlier document has the same Graph id: then the name that tells them apart
    display_name: str
    has_graph_id: bool
    problem: SourceProblem | None  # a note where an earlier document has the same identity


class Identifier:
    """Gives every document of one snapshot its identity. Documents must come in path order.

    Keeps one short entry per document, never the document.
    """

    def __init__(self, types: KnownTypes) -> None:
        """Start a snapshot; `types` say where a policy has its name."""
        self._types = types
        self._taken: set[tuple[str, str, str]] = set()

    def identify(self, document: Document, policy_type: str, path: str, collection: str = "") -> Identity:
        """The identity of the next document; the second of one identity is told apart and noted."""
        name, graph_id = self._name(document, collection), policy_id(document)
        if graph_id:
            twin = self._free_twin(policy_type, graph_id, name or path)
            note = _duplicate(path, collection, "id") if twin else None
            return Identity(graph_id, twin, name or _stem(path), has_graph_id=True, problem=note)
        wanted = f"name:{name}" if name else f"path:{path}"
        given = self._free_id(policy_type, wanted)
        note = _duplicate(path, collection, "type and name") if given != wanted else None
        return Identity(given, "", name or _stem(path), has_graph_id=False, problem=note)

    def _name(self, document: Document, collection: str) -> str | None:
        known = self._types.of_key(collection)
        return policy_name(document, known.name_fields if known else NAME_FIELDS)

    def _free_id(self, policy_type: str, wanted: str) -> str:
        names = (wanted if number == 1 else f"{wanted}~{number}" for number in count(1))
        return next(name for name in names if self._take(policy_type, name, ""))

    def _free_twin(self, policy_type: str, graph_id: str, name: str) -> str:
        if self._take(policy_type, graph_id, ""):
            return ""
        names = (name if number == 1 else f"{name}~{number}" for number in count(1))
        return next(twin for twin in names if self._take(policy_type, graph_id, twin))

    def _take(self, policy_type: str, external_id: str, twin: str) -> bool:
        key = (policy_type, external_id, twin)
        is_free = key not in self._taken
        self._taken.add(key)
        return is_free


def policy_name(document: Document, fields: Sequence[str] = NAME_FIELDS) -> str | None:
    """The name people gave a policy, None where there is none. Case of the key does not matter."""
    return next(filter(None, (_text(document, key) for key in fields)), None)


def policy_id(document: Document) -> str | None:
    """The Graph id of a policy in lower case, None where the export left it out."""
    found = _text(document, "id")
    return found.strip().lower() or None if found else None


def _text(document: Document, wanted: str) -> str | None:
    exact = document.get(wanted)
    if isinstance(exact, str):
        return _storable(exact)
    values = (value for key, value in document.items() if key.lower() == wanted.lower())
    return next((_storable(value) for value in values if isinstance(value, str)), None)


def _storable(text: str) -> str:
    # databases refuse NUL in text
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _duplicate(path: str, collection: str, what: str) -> SourceProblem:
    reason = f"another document has the same {what}; both are kept"
    return SourceProblem(path, "duplicate_identity", reason, collection or None, is_failure=False)
