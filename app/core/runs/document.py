"""A run as one JSON document: what the CLI prints and programs read."""

from datetime import datetime

from app.core.db import JsonObject
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import retries_of, timeline_of


def run_document(run: BulkOperationRun) -> JsonObject:
    """JSON-ready facts of a run; times are ISO 8601 in UTC, counts are items."""
    return {
        "id": run.id,
        "run_type": run.run_type,
        "label": run.label,
        "status": run.status,
        "status_bucket": run.bucket,
        "total_items": run.total_items,
        "processed_items": run.processed_items,
        "succeeded": run.succeeded,
        "failed": run.failed,
        "skipped": run.skipped,
        "unknown": run.unknown,
        "failures": run.failures or [],
        "failure_totals": run.failure_totals,
        "related_links": run.related_links,
        "inputs": run.shown_inputs,
        "summary": run.summary,
        "initiator": run.initiator,
        "correlation_id": run.correlation_id,
        "attempt": run.attempt,
        "worker": run.worker,
        "retry_of": run.retry_of_id,
        "follows": run.caused_by_id,
        "created_at": run.created_at.isoformat(),
        "started_at": _iso(run.started_at),
        "abort_requested_at": _iso(run.abort_requested_at),
        "finished_at": _iso(run.finished_at),
    }


def run_details(run: BulkOperationRun) -> JsonObject:
    """The same with the runs that repeat it and its timeline."""
    timeline = [
        {
            "at": event.created_at.isoformat(),
            "kind": event.kind,
            "attempt": event.attempt,
            "worker": event.worker,
            "text": event.text,
        }
        for event in timeline_of(run)
    ]
    return {**run_document(run), "retried_as": list(retries_of(run)), "timeline": timeline}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
