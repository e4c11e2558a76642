"""Files that hold several policies: pages as Graph answers them, and lists."""

from collections.abc import Iterator

from app.plugins.inventory.policies.json_value import Document, Json
from app.plugins.inventory.reading.decoding import Undecodable, decode_document


def documents_in(value: Json, path: str) -> Iterator[tuple[str, Json]]:
    """The documents of a parsed file with their paths.

    A page `{"value": [...]}` or a list yields its elements as "path#1", "path#2", ...; anything else is one
    document. What a page says about its elements (`@odata.context`) is passed on to them. Elements that are
    JSON in a string are unwrapped.
    """
    elements, context = _elements(value)
    if elements is None:
        yield path, value
        return
    for number, element in enumerate(elements, start=1):
        yield f"{path}#{number}", _with_context(_unwrapped(element), context)


def is_cut_short(value: Json) -> bool:
    """Whether a page says that more of it follows elsewhere."""
    return _is_page(value) and isinstance(value, dict) and bool(value.get("@odata.nextLink"))


def _elements(value: Json) -> tuple[list[Json] | None, Json]:
    if isinstance(value, list):
        return value, None
    if isinstance(value, dict) and _is_page(value):
        elements = value["value"]
        return (elements if isinstance(elements, list) else None), value.get("@odata.context")
    return None, None


def _is_page(value: Json) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("value"), list):
        return False
    return all(key == "value" or key.startswith("@") for key in value)


def _with_context(element: Json, context: Json) -> Json:
    if not isinstance(element, dict) or context is None or "@odata.context" in element:
        return element
    inherited: Document = {"@odata.context": context}
    return inherited | element


def _unwrapped(element: Json) -> Json:
    if not isinstance(element, str):
        return element
    try:
        return decode_document(element.encode()).value
    except Undecodable:
        return element
