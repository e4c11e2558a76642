"""What kind of policy a document is: its collection and its concrete type."""

import re
from dataclasses import dataclass

from app.plugins.inventory.policies.collections import (
    BY_ENDPOINT,
    BY_KEY,
    GRAPH_PREFIX,
    Collection,
    collection_of_type,
)
from app.plugins.inventory.policies.folders import collection_of_path, type_in_file_name
from app.plugins.inventory.policies.json_value import Document
from app.plugins.inventory.policies.shapes import type_of_shape

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


def classify(document: Document, path: str) -> PolicyKind | None:
    """Tell the kind of one parsed document.

    Looks at the root `@odata.type`, then `@odata.context`, then the shape, then the file name and folder.

    Args:
        document: the parsed body, one policy.
        path: where it lies in the export, with "/" between folders.

    Returns:
        None where nothing says that this is a policy at all.
    """
    declared = document.get("@odata.type")
    if isinstance(declared, str) and declared.startswith(GRAPH_PREFIX):
        return _kind_of_type(declared.removeprefix(GRAPH_PREFIX))
    implied = _type_of_context(document) or type_of_shape(document)
    return _kind_of_type(implied) if implied else _kind_of_place(document, path)


def _kind_of_type(policy_type: str) -> PolicyKind | None:
    if not _TYPE_NAME.fullmatch(policy_type):
        return None
    collection = collection_of_type(policy_type)
    if collection is None:
        return PolicyKind(policy_type, policy_type, is_known=False)
    return PolicyKind(collection.key, policy_type)


def _type_of_context(document: Document) -> str | None:
    context = document.get("@odata.context")
    found = _CONTEXT.search(context[:_CONTEXT_LENGTH]) if isinstance(context, str) else None
    if found is None:
        return None
    segments = _KEY_OR_COLUMNS.sub("", found.group(1)).strip("/").split("/")
    if cast := _CAST.fullmatch(segments[-1]):
        return cast.group(1)
    collection = _collection_of_segments(segments)
    # a polymorphic list says nothing of its members; their shape may say more
    if collection is None or collection.members:
        return type_of_shape(document) or (collection.policy_type if collection else None)
    return collection.policy_type


def _collection_of_segments(segments: list[str]) -> Collection | None:
    words = [segment.lower() for segment in segments]
    return BY_ENDPOINT.get("/".join(words[-2:])) or BY_ENDPOINT.get(words[-1])


def _kind_of_place(document: Document, path: str) -> PolicyKind | None:
    if not _is_named(document):
        return None
    collection = collection_of_path(path)
    if collection is None:
        return None
    return PolicyKind(collection, type_in_file_name(path) or BY_KEY[collection].policy_type)


def _is_named(document: Document) -> bool:
    return any(key.lower() in {"displayname", "name"} for key in document)
