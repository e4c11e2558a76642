"""Which runs are still there: what they made outlives them."""

from collections.abc import Collection

from sqlalchemy import select

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.tenants import Tenant


def kept_runs(tenant: Tenant, run_ids: Collection[int]) -> set[int]:
    """Those of some runs of a tenant that retention has not removed: only they have a page."""
    query = select(BulkOperationRun.id).where(
        BulkOperationRun.tenant_id == tenant.id, BulkOperationRun.id.in_(run_ids)
    )
    return set(db.session.scalars(query))
