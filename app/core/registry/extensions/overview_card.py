"""Cards on the start page of each tenant."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.registry.extensions.base import Extension

if TYPE_CHECKING:
    from app.core.tenants import Tenant

TONES = ("neutral", "info", "good", "warn", "bad")


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
