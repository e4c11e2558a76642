"""The shapes of parsed JSON, as types."""

from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Document: TypeAlias = dict[str, Json]


def text_at(document: Document, *keys: str) -> str:
    """The string found by following `keys` down through objects, or "" where there is none."""
    value: Json = document
    for key in keys:
        if not isinstance(value, dict):
            return ""
        value = value.get(key)
    return value if isinstance(value, str) else ""


def objects_in(value: Json) -> list[Document]:
    """The objects among the elements of a list; an empty list for anything else."""
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []
