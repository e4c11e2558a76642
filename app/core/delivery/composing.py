"""The message about a run, from what is stored of it."""

from flask import current_app, g, url_for

from app.core import clock
from app.core.outbox import Delivery
from app.core.redaction import safe_reason
from app.core.registry.extensions import ChannelMessage
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import StatusBucket
from app.core.runs.wording import outcome_sentence
from app.core.tenants import Tenant

NO_ITEMS = dict.fromkeys(("total", "processed", "succeeded", "failed", "skipped", "unknown", "remaining"), 0)


def compose(delivery: Delivery, tenant: Tenant, run: BulkOperationRun | None) -> ChannelMessage:
    """The message of a delivery; without a run it is a test."""
    return _test(delivery, tenant) if run is None else _about(delivery, tenant, run)


def _about(delivery: Delivery, tenant: Tenant, run: BulkOperationRun) -> ChannelMessage:
    first = (run.failures or [{}])[0]
    return ChannelMessage(
        delivery_id=delivery.id,
        tenant=tenant.slug,
        tenant_name=tenant.name,
        run_id=run.id,
        run_type=run.run_type,
        label=run.label,
        bucket=run.bucket.value,
        counts=run.counts,
        sentence=outcome_sentence(run),
        error_summary=safe_reason(first["reason"]) if first else None,
        at=run.finished_at or run.updated_at,
        url=_url(tenant, run.id),
    )


def _test(delivery: Delivery, tenant: Tenant) -> ChannelMessage:
    return ChannelMessage(
        delivery_id=delivery.id,
        tenant=tenant.slug,
        tenant_name=tenant.name,
        run_id=None,
        run_type="channel.test",
        label="Test message",
        bucket=StatusBucket.SUCCEEDED.value,
        counts=NO_ITEMS,
        sentence="This is a test: messages about runs will look like this one.",
        error_summary=None,
        at=clock.now(),
        url=None,
    )


def _url(tenant: Tenant, run_id: int) -> str | None:
    """Where the run's page is for somebody outside; none: nobody has said under which address we are."""
    public = current_app.config["PUBLIC_URL"]
    if not public:
        return None
    with current_app.test_request_context():
        g.tenant = tenant
        return f"{public}{url_for('monitoring.show', run_id=run_id)}"
