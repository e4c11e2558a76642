"""The cards on a tenant's start page: core's own, and those of plugins, none of which can harm the page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import url_for

from app.core.db import db
from app.core.redaction import safe_reason
from app.core.registry.catalog import Catalog
from app.core.registry.declared import Declared
from app.core.registry.extensions import TONES, CardFact, OverviewCard
from app.core.registry.faults import note_fault
from app.core.registry.stages import Stage
from app.core.runs.closing import is_local
from app.core.runs.standing import LATELY_DAYS, Standing, standings
from app.core.runs.status import StatusBucket
from app.core.tenants import Tenant

FACTS_SHOWN = 8
VALUE_LENGTH, WORDS_LENGTH = 40, 160  # characters

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class ShownCard:
    """A card as the page draws it; `facts` is none when its plugin could not say them."""

    label: str
    icon: str
    plugin: str
    facts: tuple[CardFact, ...] | None


def overview_of(catalog: Catalog, tenant: Tenant) -> list[ShownCard]:
    """How a tenant's runs stand, then every declared card with what its plugin says, in load order."""
    standing = standings([tenant])[tenant.id]
    runs = ShownCard("Runs", "list-task", "core", tuple(facts_of_runs(tenant, standing)))
    return [runs, *(_shown(found, tenant) for found in catalog.declared(OverviewCard).values())]


def facts_of_runs(tenant: Tenant, standing: Standing) -> list[CardFact]:
    """What waits, runs and failed lately in a tenant."""
    failed = _runs_url(tenant, StatusBucket.FAILED, f"{LATELY_DAYS}d")
    running = _runs_url(tenant, StatusBucket.RUNNING, "all")
    facts = [
        CardFact(
            standing.failed, f"failed in {LATELY_DAYS} days", "bad" if standing.failed else "good", failed
        ),
        CardFact(standing.running, "running", "info" if standing.running else "neutral", running),
    ]
    if not standing.queued:
        return facts
    queued = _runs_url(tenant, StatusBucket.QUEUED, "all")
    if standing.has_worker:
        return [*facts, CardFact(standing.queued, "queued", "info", queued)]
    return [*facts, CardFact(standing.queued, "queued, and no worker is alive", "bad", queued)]


def asked(found: Declared[OverviewCard], question: Callable[[], Answer]) -> Answer | None:
    """What a card answers; nothing if it fails, which is noted and costs nothing else."""
    try:
        answer = question()
        db.session.commit()  # what it left in the session fails here, not in somebody else's query
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a card may raise anything, and the page stays
        note_fault(found.plugin, Stage.CARDS, error, found.what.key)
        db.session.rollback()
        return None
    return answer


def checked_facts(said: Iterable[CardFact], limit: int) -> tuple[CardFact, ...]:
    """The first facts that a card says, fit to be shown.

    Raises:
        ValueError: one of them is not.
    """
    return tuple(_checked(fact) for _, fact in zip(range(limit), said, strict=False))


def _shown(found: Declared[OverviewCard], tenant: Tenant) -> ShownCard:
    card = found.what
    facts = asked(found, lambda: checked_facts(card.facts(tenant), FACTS_SHOWN))
    return ShownCard(card.label, card.icon, found.plugin, facts)


def _checked(fact: CardFact) -> CardFact:
    is_sound = fact.tone in TONES and (fact.url is None or is_local(fact.url))
    if not is_sound or not (fact.at is None or fact.at.tzinfo):
        raise ValueError(fact)
    value = f"{fact.value:,}" if isinstance(fact.value, int) else safe_reason(fact.value, VALUE_LENGTH)
    return replace(fact, value=value, words=safe_reason(fact.words, WORDS_LENGTH))


def _runs_url(tenant: Tenant, bucket: StatusBucket, since: str) -> str:
    return url_for("monitoring.index", tenant=tenant.slug, bucket=bucket.value, range=since)
