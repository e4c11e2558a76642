"""Which items of a run are shown, as it stands in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core import InvalidInputError, JsonObject
from app.core.runs.item_lists import ItemFilter, ItemGroup
from app.core.runs.items import CODE_LENGTH, ITEM_LENGTH, Outcome
from app.core.runs.queries import LARGEST_ID


@dataclass(frozen=True)
class ShownItems:
    """What the viewer asked for, in the URL's words.

    Attributes:
        outcome: an `ItemGroup`, or empty for all.
        reason: a reason code, or empty for any.
        text: a part of an item's id or reason.
        after: row number of the last item of the page before.
    """

    outcome: str = ""
    reason: str = ""
    text: str = ""
    after: str = ""

    @property
    def query(self) -> JsonObject:
        """What must stand in a URL to come back to the first page of this; what is empty is left out."""
        values = {"outcome": self.outcome, "reason": self.reason, "text": self.text}
        return {name: value for name, value in values.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether the viewer chose anything."""
        return bool(self.query)

    def as_filter(self) -> ItemFilter:
        """The same for the database.

        Raises:
            InvalidInputError: a value has no meaning; the text names it.
        """
        return ItemFilter(
            outcomes=_outcomes(self.outcome),
            reason_code=_short("reason", self.reason, CODE_LENGTH),
            text=_short("text", self.text, ITEM_LENGTH),
            after=_row_number(self.after),
        )


def read_shown_items(args: Mapping[str, str]) -> ShownItems:
    """The filter of a URL's query."""
    names = ("outcome", "reason", "text", "after")
    return ShownItems(**{name: args.get(name, "").strip() for name in names})


def _outcomes(value: str) -> tuple[Outcome, ...]:
    if not value:
        return tuple(Outcome)
    try:
        return ItemGroup(value).outcomes
    except ValueError:
        names = ", ".join(group.value for group in ItemGroup)
        raise InvalidInputError(f"outcome: {value[:40]!r} is none of {names}") from None


def _short(name: str, value: str, limit: int) -> str:
    if len(value) > limit or "\0" in value:
        raise InvalidInputError(f"{name}: {value[:40]!r} is no text of at most {limit} characters")
    return value


def _row_number(value: str) -> int:
    if not value:
        return 0
    if not (value.isascii() and value.isdecimal() and len(value) <= 10 and int(value) <= LARGEST_ID):
        raise InvalidInputError(f"after: {value[:40]!r} is no place in this list")
    return int(value)
