"""`audit_events.import`: read who changed what from exported audit events."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from app.core import (
    InvalidInputError,
    InvalidParametersError,
    ItemFailedError,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFailedError,
    Tenant,
    db,
)
from app.plugins.drift.audit.events import ChangeEvent, event_of, events_in
from app.plugins.drift.audit.store import store_events
from app.plugins.inventory import (
    Undecodable,
    decode_document,
    files_of,
    is_of,
)

CHUNK = 200  # events a transaction
KEPT = timedelta(days=90)  # names of people are kept no longer


class ImportParams(BaseModel):
    """Which file to read."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(
        min_length=1,
        max_length=4000,
        title="Export",
        description="Folder, zip or JSON file of audit events on the worker's machine.",
    )


def import_events(run: RunContext[ImportParams]) -> None:
    """Keep every usable event; one that is not is named with the reason."""
    found = dict(_events(run))
    run.expect(found)
    kept, waiting = 0, iter(run.items)
    while chunk := list(islice(waiting, CHUNK)):
        usable = [event for key in chunk if isinstance(event := found[key], ChangeEvent)]
        store_events(run.tenant, run.id, usable)
        run.fence()
        db.session.commit()
        for key in chunk:
            with run.item(key):
                _require_usable(found[key])
        kept += len(usable)
        run.checkpoint()
    run.summarize(events=kept)


def _require_usable(event: ChangeEvent | str) -> None:
    if isinstance(event, str):
        raise ItemFailedError("event_unusable", event)


def _events(run: RunContext[ImportParams]) -> Iterator[tuple[str, ChangeEvent | str]]:
    """Item id -> an event, or why it cannot be used."""
    number = 0
    for document in _documents(run):
        try:
            for raw in events_in(document):
                number += 1
                yield _event(raw, number)
        except InvalidInputError as error:
            run.report("document_unreadable", str(error))
    if not number:
        raise RunFailedError("no_events", "No audit event was found in it.")


def _event(raw: object, number: int) -> tuple[str, ChangeEvent | str]:
    try:
        event = event_of(raw)
    except InvalidInputError as error:
        return f"event {number}", f"Event {number}: {error}."
    return event.id, event


def _documents(run: RunContext[ImportParams]) -> Iterator[object]:
    for found in files_of(Path(run.params.path)):
        if not isinstance(found, tuple):
            run.report(found.reason_code, found.reason)
            continue
        name, raw = found
        try:
            yield decode_document(raw).value
        except Undecodable as error:
            run.report("document_unreadable", f"{name} {error}.")


def _permits(tenant: Tenant, params: ImportParams) -> None:
    if not is_of(tenant, Path(params.path)):
        said = "Name an export in this tenant's import folder; other paths are for the command line."
        raise InvalidParametersError({"path": said})


operation = OperationType(
    run_type="audit_events.import",
    label="Import of audit events",
    description="Read who changed which policy, and when, from exported audit events.",
    icon="person-lines-fill",
    params=ImportParams,
    execute=import_events,
    permits=_permits,
    shown_inputs=lambda _tenant, params: {"export": Path(params.path).name},
    related_links=lambda _run: [RelatedLink("Audit events", url_for("drift.audit"))],
    start_endpoint="drift.audit",
    resumable=True,
    idempotent_items=True,
    retention=KEPT,
    examples=({"path": str(Path(__file__).parent / "not-there.json")},),
    reason_codes={
        "document_unreadable": ReasonCode("Document unreadable", "Export the audit events again."),
        "event_unusable": ReasonCode(
            "Event unusable", "Nothing to do: it cannot be held against any policy."
        ),
        "no_events": ReasonCode("No events found", "Choose a file of Intune audit events."),
        "source_not_found": ReasonCode("Export not found", "Check the path on the worker's machine."),
        "source_unreadable": ReasonCode("Export unreadable", "Check that the worker may read it."),
        "source_empty": ReasonCode("Export empty", "Choose the folder that holds the JSON files."),
        "archive_unreadable": ReasonCode("Archive unreadable", "Make the zip again; this one is damaged."),
        "archive_too_large": ReasonCode("Archive too large", "Split the export."),
    },
)
