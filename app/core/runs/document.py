"""A run as one JSON document: what the CLI prints, what the API answers, and how its schema reads."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from app.core.db import JsonObject
from app.core.runs.models import BulkOperationRun
from app.core.runs.queries import retries_of, timeline_of
from app.core.runs.status import RunStatus, StatusBucket

# ISO 8601 in UTC, with the offset written as numbers.
Moment = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class RunRow(BaseModel):
    """One run in a list; counts are items."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True)

    id: int
    run_type: str
    label: str
    status: RunStatus
    status_bucket: StatusBucket = Field(validation_alias="bucket")
    total_items: int
    processed_items: int
    succeeded: int
    failed: int
    skipped: int
    unknown: int
    initiator: str
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class RunDocument(RunRow):
    """Everything about one run that is stored with it."""

    failures: Annotated[list[JsonObject], BeforeValidator(lambda failures: failures or [])]
    failure_totals: dict[str, Any]
    related_links: list[JsonObject]
    inputs: JsonObject = Field(validation_alias="shown_inputs")
    summary: JsonObject
    correlation_id: str
    attempt: int
    worker: str | None
    retry_of: int | None = Field(validation_alias="retry_of_id")
    follows: int | None = Field(validation_alias="caused_by_id")
    abort_requested_at: Moment | None


class TimelineEntry(BaseModel):
    """One thing that happened to a run."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True)

    at: Moment = Field(validation_alias="created_at")
    kind: str
    attempt: int | None
    worker: str | None
    text: str | None


class RunDetails(RunDocument):
    """The same with the runs that repeat it and its timeline."""

    retried_as: list[int]
    timeline: list[TimelineEntry]


def run_document(run: BulkOperationRun) -> JsonObject:
    """JSON-ready facts of a run; times are ISO 8601 in UTC, counts are items."""
    return RunDocument.model_validate(run).model_dump(mode="json")


def details_of(run: BulkOperationRun) -> RunDetails:
    """A run with what other tables say of it."""
    more = {
        "retried_as": list(retries_of(run)),
        "timeline": [TimelineEntry.model_validate(event) for event in timeline_of(run)],
    }
    return RunDetails.model_validate({**dict(RunDocument.model_validate(run)), **more})


def run_details(run: BulkOperationRun) -> JsonObject:
    """The same, JSON-ready."""
    return details_of(run).model_dump(mode="json")
