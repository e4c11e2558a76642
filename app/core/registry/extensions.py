"""What a plugin adds to the product beside run types. Declarations only: nothing here knows any plugin."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from app.core.tenants import Tenant

KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

TONES = ("neutral", "info", "good", "warn", "bad")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """What every declaration has.

    Attributes:
        key: stable name, unique among the declarations of its kind; stored with what is made of it.
        label: what people call it.
    """

    kind: ClassVar[str]  # in words, for messages
    field: ClassVar[str]  # of `Plugin`, where declarations of this kind stand

    key: str
    label: str

    def problems(self) -> list[str]:
        """What is wrong with this declaration by itself, in sentences."""
        found = [] if KEY.fullmatch(self.key) else ["a key is a letter, then at most 39 letters, digits, `_`"]
        return found if self.label.strip() else [*found, "it has no label"]

    def _uncallable(self, *names: str) -> list[str]:
        return [f"`{name}` cannot be called" for name in names if not callable(getattr(self, name))]


@dataclass(frozen=True)
class CardFact:
    """One line of an overview card.

    Attributes:
        value: the number or word that counts, at most 40 characters.
        words: what it is, at most 160 characters.
        tone: how good or bad it is: neutral, info, good, warn or bad.
        url: where there is more; a path on this site.
    """

    value: str | int
    words: str = ""
    tone: str = "neutral"
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class OverviewCard(Extension):
    """A card on the start page of each tenant.

    Attributes:
        facts: asked in each request of that page, which only reads: few and cheap queries.
        icon: name in the icon sprite.
    """

    kind = "overview card"
    field = "overview_cards"

    facts: "Callable[[Tenant], Iterable[CardFact]]"
    icon: str = "dot"

    def problems(self) -> list[str]:
        return super().problems() + self._uncallable("facts")


EXTENSIONS: tuple[type[Extension], ...] = (OverviewCard,)
