"""What kind of policy a document is: its collection and its concrete type."""

import re
from dataclasses import dataclass

from app.core import PolicyType
from app.plugins.inventory.policies.json_value import Document
from app.plugins.inventory.policies.known_types import KnownTypes

GRAPH_PREFIX = "#microsoft.graph."

_CONTEXT = re.compile(r"\$metadata#([^$]+)")
_KEY_OR_COLUMNS = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
_CAST = re.compile(r"microsoft\.graph\.(\w+)")
_CONTEXT_LENGTH = 1000  # real ones stay under 300
_TYPE_NAME = re.compile(r"[A-Za-z]\w{0,119}")


@dataclass(frozen=True, slots=True)
class PolicyKind:
    """The unit of reading a policy belongs to, and the type that is part of its identity."""

    collection: str
    policy_type: str
    is_known: bool = True  # False: no collection of ours lists this type, so it forms its own


def classify(document: Document, path: str, types: KnownTypes) -> PolicyKind | None:
    """Tell the kind of one parsed document.

    Looks at the root `@odata.type`, then `@odata.context`, then the shape, then the file name and folder.

    Args:
        document: the parsed body, one policy.
        path: where it lies in its source, with "/" between folders.
        types: what is known about policy types.

    Returns:
        None where nothing says that this is a policy at all.
    """
    declared = document.get("@odata.type")
    if isinstance(declared, str) and declared.startswith(GRAPH_PREFIX):
        return _kind_of_type(declared.removeprefix(GRAPH_PREFIX), types)
    implied = _type_of_context(document, types) or types.graph_type_of_shape(document)
    return _kind_of_type(implied, types) if implied else _kind_of_place(document, path, types)


def _kind_of_type(graph_type: str, types: KnownTypes) -> PolicyKind | None:
    if not _TYPE_NAME.fullmatch(graph_type):
        return None
    known = types.of_graph_type(graph_type)
    if known is None:
        return PolicyKind(graph_type, graph_type, is_known=False)
    return PolicyKind(known.key, graph_type)


def _type_of_context(document: Document, types: KnownTypes) -> str | None:
    context = document.get("@odata.context")
    found = _CONTEXT.search(context[:_CONTEXT_LENGTH]) if isinstance(context, str) else None
    if found is None:
        return None
    segments = _KEY_OR_COLUMNS.sub("", found.group(1)).strip("/").split("/")
    if cast := _CAST.fullmatch(segments[-1]):
        return cast.group(1)
    listed = types.of_endpoint(segments)
    # a polymorphic list says nothing of its members; their shape may say more
    if listed is None or listed.members:
        return types.graph_type_of_shape(document) or (listed.graph_type if listed else None)
    return listed.graph_type


def _kind_of_place(document: Document, path: str, types: KnownTypes) -> PolicyKind | None:
    known = types.of_path(path)
    if known is None or not _is_named(document, known):
        return None
    return PolicyKind(known.key, types.graph_type_in_file_name(path) or known.graph_type)


def _is_named(document: Document, known: PolicyType) -> bool:
    fields = {"displayname", "name", *(field.lower() for field in known.name_fields)}
    return any(key.lower() in fields for key in document)
