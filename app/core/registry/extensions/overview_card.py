"""Cards on the start page of each tenant, and what they say where many tenants stand below each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
        at: when it was so; shown as an age behind the words.
    """

    value: str | int
    words: str = ""
    tone: str = "neutral"
    url: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OverviewCard(Extension):
    """A card on the start page of each tenant.

    Attributes:
        facts: asked in each request of that page, which only reads: few and cheap queries.
        glance: asked once for many tenants, on the page that lists them worst first: id of a tenant -> its
            facts, at most three; as few queries as for one tenant. None: the card has no column there.
        icon: name in the icon sprite.
    """

    kind = "overview card"
    field = "overview_cards"

    facts: "Callable[[Tenant], Iterable[CardFact]]"
    glance: "Callable[[Sequence[Tenant]], Mapping[int, Iterable[CardFact]]] | None" = None
    icon: str = "dot"

    def problems(self) -> list[str]:
        return super().problems() + self._uncallable(
            "facts", *(["glance"] if self.glance is not None else [])
        )
