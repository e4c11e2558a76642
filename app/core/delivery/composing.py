"""The message about a run, or about several, from what is stored of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, g, url_for

from app.core import clock
from app.core.db import JsonObject
from app.core.outbox import Delivery
from app.core.redaction import safe_reason
from app.core.registry.extensions import ChannelMessage
from app.core.runs.findings import new_findings
from app.core.runs.models import BulkOperationRun
from app.core.runs.status import StatusBucket
from app.core.runs.wording import outcome_sentence
from app.core.severity import counted
from app.core.tenants import Tenant

NO_ITEMS = dict.fromkeys(("total", "processed", "succeeded", "failed", "skipped", "unknown", "remaining"), 0)
WORST_FIRST = (StatusBucket.FAILED, StatusBucket.PARTIALLY_SUCCEEDED, StatusBucket.SUCCEEDED)


@dataclass(frozen=True)
class Told:
    """One delivery with what it is about; without a run it is a test."""

    delivery: Delivery
    run: BulkOperationRun | None


def compose(tenant: Tenant, told: Sequence[Told]) -> ChannelMessage:
    """The message of a delivery and of what was gathered with it, if anything; oldest first."""
    messages = tuple(
        _test(one.delivery, tenant) if one.run is None else _about(one.delivery, tenant, one.run)
        for one in told
    )
    return messages[0] if len(messages) == 1 else _digest(tenant, messages)


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
        url=_url(tenant, "monitoring.show", {"run_id": run.id}),
        new_findings=new_findings(run.summary),
    )


def _digest(tenant: Tenant, gathered: tuple[ChannelMessage, ...]) -> ChannelMessage:
    ends = Counter(message.bucket for message in gathered)
    parts = [f"{ends[bucket]:,} {bucket.label}" for bucket in WORST_FIRST if ends[bucket]]
    return ChannelMessage(
        delivery_id=gathered[0].delivery_id,
        tenant=tenant.slug,
        tenant_name=tenant.name,
        run_id=None,
        run_type="channel.digest",
        label=f"{len(gathered):,} runs",
        bucket=next(bucket.value for bucket in WORST_FIRST if ends[bucket]),
        counts={name: sum(message.counts[name] for message in gathered) for name in NO_ITEMS},
        sentence=f"{len(gathered):,} runs ended: {', '.join(parts)}.",
        error_summary=None,
        at=max(message.at for message in gathered),
        url=_url(tenant, "monitoring.index", {}),
        new_findings=counted(sum((Counter(message.new_findings) for message in gathered), Counter())),
        gathered=gathered,
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


def _url(tenant: Tenant, endpoint: str, values: JsonObject) -> str | None:
    """Where a page is for somebody outside; none: nobody has said under which address we are."""
    public = current_app.config["PUBLIC_URL"]
    if not public:
        return None
    with current_app.test_request_context():
        g.tenant = tenant
        return f"{public}{url_for(endpoint, **values)}"
