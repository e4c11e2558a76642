"""What kinds of runs a tenant has, without looking at every run."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select, union

from app.core.db import db
from app.core.runs.counts import EVER, RunCount
from app.core.runs.models import LIVE_PREDICATE, BulkOperationRun
from app.core.runs.status import ENDED
from app.core.tenants import Tenant

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


def known_run_types(tenant: Tenant) -> list[str]:
    """Every run type of which a tenant has runs, whether or not its plugin is still here."""
    return sorted({known.run_type for known in labelled_types(tenant)})


def known_initiators(tenant: Tenant) -> list[str]:
    """Whoever started a run that a tenant has, as runs name them."""
    ended = select(RunCount.initiator).where(RunCount.tenant_id == tenant.id, *_OF_ALL_DAYS)
    active = select(BulkOperationRun.initiator).where(BulkOperationRun.tenant_id == tenant.id, LIVE_PREDICATE)
    return sorted(db.session.scalars(union(ended, active)))


def labelled_types(tenant: Tenant, words: str = "") -> Sequence[LabelledType]:
    """The types and labels of a tenant's runs.

    Args:
        tenant: whose runs.
        words: what the label holds, whatever its case.
    """
    parts = []
    for model, conditions in ((RunCount, _OF_ALL_DAYS), (BulkOperationRun, (LIVE_PREDICATE,))):
        query = select(model.resource, model.action, model.label).where(
            model.tenant_id == tenant.id, *conditions
        )
        parts.append(query.where(model.label.icontains(words, autoescape=True)) if words else query)
    return [LabelledType(*row) for row in db.session.execute(union(*parts))]
