"""The cards on a tenant's start page: asked of plugins, none of which can harm the page or another card."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.db import db
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog
from app.core.registry.declared import Declared
from app.core.registry.extensions import TONES, CardFact, OverviewCard
from app.core.registry.faults import note_fault
from app.core.registry.stages import Stage
from app.core.runs.closing import is_local
from app.core.tenants import Tenant

FACTS_SHOWN = 8
VALUE_LENGTH, WORDS_LENGTH = 40, 160  # characters


@dataclass(frozen=True)
class ShownCard:
    """A card as the page draws it; `facts` is none when its plugin could not say them."""

    label: str
    icon: str
    plugin: str
    facts: tuple[CardFact, ...] | None


def overview_of(catalog: Catalog, tenant: Tenant) -> list[ShownCard]:
    """Every declared card with what its plugin says about a tenant, in load order."""
    return [_shown(found, tenant) for found in catalog.declared(OverviewCard).values()]


def _shown(found: Declared[OverviewCard], tenant: Tenant) -> ShownCard:
    card = found.what
    try:
        facts = _facts(card.facts(tenant))
        db.session.commit()  # what it left in the session fails here, not in somebody else's query
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a card may raise anything, and the page stays
        note_fault(found.plugin, Stage.CARDS, error, card.key)
        db.session.rollback()
        return ShownCard(card.label, card.icon, found.plugin, None)
    return ShownCard(card.label, card.icon, found.plugin, facts)


def _facts(said: Iterable[CardFact]) -> tuple[CardFact, ...]:
    return tuple(_checked(fact) for _, fact in zip(range(FACTS_SHOWN), said, strict=False))


def _checked(fact: CardFact) -> CardFact:
    if fact.tone not in TONES or not (fact.url is None or is_local(fact.url)):
        raise ValueError(fact)
    value = f"{fact.value:,}" if isinstance(fact.value, int) else safe_reason(fact.value, VALUE_LENGTH)
    return CardFact(value, safe_reason(fact.words, WORDS_LENGTH), fact.tone, fact.url)
