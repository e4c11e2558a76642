"""A run as one JSON document: what the CLI prints and programs read."""

from app.core.db import JsonObject
from app.core.runs.models import BulkOperationRun


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
        "failures": run.failures or [],
        "failure_totals": run.failure_totals,
        "related_links": run.related_links,
        "inputs": run.shown_inputs,
        "summary": run.summary,
        "initiator": run.initiator,
        "correlation_id": run.correlation_id,
        "created_at": run.created_at.isoformat(),
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }
