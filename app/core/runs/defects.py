"""What stored runs tell of the plugins that executed them: errors nobody foresaw, links that failed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from app.core.db import database_now, db
from app.core.runs.context import UNEXPECTED
from app.core.runs.events import BulkOperationRunEvent, EventKind
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import RunStatus
from app.core.tenants import Tenant

DAYS = 7
_UNHAPPY = (RunStatus.COMPLETED_WITH_ERRORS, RunStatus.FAILED, RunStatus.ABORTED)
_FINAL = (RunStatus.COMPLETED, *_UNHAPPY)


@dataclass(frozen=True)
class Defect:
    """Runs of one plugin in one tenant that met the same trouble.

    Attributes:
        runs: how many, in the last `DAYS` days.
        last_run_id: number of the newest of them.
        last_at: when one of them ended last.
    """

    plugin: str
    tenant: Tenant
    runs: int
    last_run_id: int
    last_at: datetime


def unexpected_errors(tenants: Sequence[Tenant]) -> list[Defect]:
    """Runs of some tenants that met an error nobody foresaw, in the run or in an item."""
    met = BulkOperationRun.failure_totals[UNEXPECTED].as_integer() > 0
    return _defects(tenants, _UNHAPPY, met)


def failed_links(tenants: Sequence[Tenant]) -> list[Defect]:
    """Runs of some tenants whose links could not be made."""
    event = BulkOperationRunEvent
    noted = exists().where(event.run_id == BulkOperationRun.id, event.kind == EventKind.LINKS_FAILED)
    return _defects(tenants, _FINAL, noted)


def _defects(
    tenants: Sequence[Tenant], statuses: Iterable[RunStatus], condition: ColumnElement[bool]
) -> list[Defect]:
    if not tenants:
        return []
    by_id = {tenant.id: tenant for tenant in tenants}
    run = BulkOperationRun
    # Tenant, status and end are the columns of an index: only recent runs are looked into.
    query: Select[*tuple[Any, ...]] = (
        select(run.plugin, run.tenant_id, func.count(), func.max(run.id), func.max(run.finished_at))
        .where(run.tenant_id.in_(by_id), run.status.in_(statuses))
        .where(run.finished_at > database_now(-DAYS * 86_400), condition)
        .group_by(run.plugin, run.tenant_id)
        .order_by(run.plugin, run.tenant_id)
    )
    return [
        Defect(plugin, by_id[tenant_id], runs, last, last_at)
        for plugin, tenant_id, runs, last, last_at in db.session.execute(query)
    ]
