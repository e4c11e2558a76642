"""What the hub counts, counted the slow way."""

from collections import Counter

from sqlalchemy import select

from app.core.db import db
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import StatusBucket


def counted_one_by_one(tenant, is_meant=lambda _run: True) -> dict[StatusBucket, int]:
    """How many runs of each bucket a tenant has, of those that are meant."""
    runs = db.session.scalars(select(BulkOperationRun).where(BulkOperationRun.tenant_id == tenant.id))
    found = Counter(run.bucket for run in runs if is_meant(run))
    db.session.commit()
    return {bucket: found[bucket] for bucket in StatusBucket}
