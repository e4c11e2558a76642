"""What kinds of runs a tenant has, without looking at every run."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import CompoundSelect, select, union

from app.core.db import Ask, read
from app.core.runs.counts import EVER, RunCount
from app.core.runs.models import LIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import ENDED
from app.core.tenants import Tenant

KEPT = 256  # questions

AnySelect: TypeAlias = CompoundSelect[*tuple[Any, ...]]

_OF_ALL_DAYS = (RunCount.status_bucket.in_(ENDED), RunCount.day == EVER)  # a seek for each bucket


class LabelledType(NamedTuple):
    """A run type under one of the labels that its runs bear."""

    resource: str
    action: str
    label: str

    @property
    def run_type(self) -> str:
        """`resource.action`."""
        return f"{self.resource}.{self.action}"


def known_run_types(tenant: Tenant, *, ask: Ask = read) -> list[str]:
    """Every run type of which a tenant has runs, whether or not its plugin is still here."""
    return sorted({known.run_type for known in labelled_types(tenant, ask=ask)})


def known_initiators(tenant: Tenant, *, ask: Ask = read) -> list[str]:
    """Whoever started a run that a tenant has, as runs name them."""
    return sorted(initiator for (initiator,) in ask(_initiators(tenant.id)))


def labelled_types(tenant: Tenant, words: str = "", *, ask: Ask = read) -> Sequence[LabelledType]:
    """The types and labels of a tenant's runs, in order.

    Args:
        tenant: whose runs.
        words: what the label holds, whatever its case.
        ask: reads the rows of a question.
    """
    return sorted(LabelledType(*row) for row in ask(_labelled(tenant.id, words)))


@lru_cache(KEPT)
def _initiators(tenant_id: int) -> AnySelect:
    ended = select(RunCount.initiator).where(RunCount.tenant_id == tenant_id, *_OF_ALL_DAYS)
    active = select(BulkOperationRun.initiator).where(BulkOperationRun.tenant_id == tenant_id, LIVE_PREDICATE)
    return union(ended, active)


@lru_cache(KEPT)
def _labelled(tenant_id: int, words: str) -> AnySelect:
    parts = []
    for model, conditions in ((RunCount, _OF_ALL_DAYS), (BulkOperationRun, (LIVE_PREDICATE,))):
        query = select(model.resource, model.action, model.label).where(
            model.tenant_id == tenant_id, *conditions
        )
        parts.append(query.where(model.label.icontains(words, autoescape=True)) if words else query)
    return union(*parts)
