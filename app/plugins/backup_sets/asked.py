"""What the address of a page asks for."""

import re

from flask import request

from app.core import InvalidInputError, JsonObject
from app.plugins.backup_sets.items import ItemFilter
from app.plugins.backup_sets.models import DocumentState, TenantState
from app.plugins.inventory import PolicyFilter

COLLECTION = re.compile(r"[A-Za-z]\w{0,119}")
SEARCH_LENGTH = 200
STATES: dict[str, DocumentState | TenantState] = {
    state.value: state for state in (*TenantState, *DocumentState)
}


def asked_items() -> ItemFilter:
    """Which items of a set a page shows.

    Raises:
        InvalidInputError: a value cannot be one; the text names it.
    """
    state, run_id = request.values.get("state", "").strip(), request.values.get("run", "").strip()
    if state and state not in STATES:
        raise InvalidInputError(f"state: {state[:40]!r} is none of {', '.join(STATES)}")
    if run_id and not run_id.isdecimal():
        raise InvalidInputError(f"run: {run_id[:40]!r} is no run number")
    return ItemFilter(
        collection=_collection(),
        search=_search(),
        state=STATES[state] if state else None,
        run_id=min(int(run_id[:19]), 2**31 - 1) if run_id else None,
    )


def asked_policies() -> PolicyFilter:
    """Which policies of a sync a page shows, or a form means.

    Raises:
        InvalidInputError: a value cannot be one; the text names it.
    """
    return PolicyFilter(collection=_collection(), search=_search())


def asked_query(wanted: ItemFilter | PolicyFilter) -> JsonObject:
    """A filter as the address has it."""
    values: JsonObject = {"type": wanted.collection, "q": wanted.search}
    if isinstance(wanted, ItemFilter):
        values |= {"state": wanted.state, "run": wanted.run_id}
    return {name: value for name, value in values.items() if value}


def asked_numbers(name: str) -> list[int]:
    """Numbers of versions, as an address or a form gives them; nothing is no number.

    Raises:
        InvalidInputError: one is no number.
    """
    numbers = []
    for text in filter(None, request.values.getlist(name)):
        if not text.isdecimal() or len(text) > 9:
            raise InvalidInputError(f"{name}: {text[:40]!r} is no number of a version")
        numbers.append(int(text))
    return numbers


def asked_keep(text: str) -> int | None:
    """How many versions a form wants to be kept; nothing: all.

    Raises:
        InvalidInputError: it is no number.
    """
    if text and (not text.isdecimal() or len(text) > 9):
        raise InvalidInputError(f"keep: {text[:40]!r} is no number of versions")
    return int(text) if text else None


def _collection() -> str | None:
    value = request.values.get("type", "").strip()
    if value and not COLLECTION.fullmatch(value):
        raise InvalidInputError(f"type: {value[:40]!r} is no policy type")
    return value or None


def _search() -> str:
    return " ".join(request.values.get("q", "")[:SEARCH_LENGTH].split())
