"""What a start is given, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.db import JsonObject
from app.core.runs.models import BulkOperationRun


@dataclass(frozen=True)
class NewRun:
    """Everything a start writes.

    Attributes:
        run_type: `resource.action`.
        idempotency_key: unique per tenant among active runs; none: never shared.
        item_ids: known at the start; may be empty.
    """

    run_type: str
    label: str
    plugin: str
    plugin_version: str
    params: JsonObject
    shown_inputs: JsonObject
    item_ids: Sequence[str] = ()
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Started:
    """Answer to a start: the run, and whether this call made it (else it was active already)."""

    run: BulkOperationRun
    created: bool
