"""`backup_set.import`: make the set again that an export was made of."""

from itertools import islice
from pathlib import Path

from flask import url_for
from pydantic import BaseModel, ConfigDict, Field

from app.core import (
    InvalidParametersError,
    ItemFailedError,
    OperationType,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
)
from app.plugins.backup_sets.imported_file import Refused, Unlisted, documents_in, read_manifest
from app.plugins.backup_sets.imported_set import ImportedSet, item_id
from app.plugins.backup_sets.manifest import Entry
from app.plugins.inventory import is_of

CHUNK = 100  # documents a transaction


class ImportParams(BaseModel):
    """Which export to import."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(
        min_length=1,
        max_length=4000,
        title="Export",
        description="Zip of a backup set on the worker's machine.",
    )


def import_set(run: RunContext[ImportParams]) -> None:
    """Import a zip; see docs/backup-sets.md. A resumed run reads it again and writes nothing twice."""
    path = Path(run.params.path)
    if not path.is_file():
        raise RunFailedError("export_not_found", f"{path.name[:200]} does not exist.")
    manifest = read_manifest(path)
    entries = {entry.path: entry for entry in manifest.items}
    run.expect(map(item_id, entries))
    importing, left = ImportedSet(run, manifest), dict(entries)
    found = documents_in(path, run.tenant, entries)
    while chunk := list(islice(found, CHUNK)):
        for one in chunk:
            if isinstance(one, Unlisted):
                run.report(one.reason_code, one.reason)
            else:
                left.pop(one.entry.path, None)
        importing.keep([one for one in chunk if not isinstance(one, Unlisted)])
    missing = [_missing(entry) for entry in left.values()]
    for begin in range(0, len(missing), CHUNK):
        importing.keep(missing[begin : begin + CHUNK])
    if importing.backup_set is not None:
        run.summarize(backup_set=importing.backup_set.id, name=importing.backup_set.name)


def _missing(entry: Entry) -> Refused:
    said = f"{entry.display_name or entry.path}: the manifest names it, and the export does not hold it."
    return Refused(entry, ItemFailedError("document_missing", said))


def _permits(tenant: Tenant, params: ImportParams) -> None:
    """Any other path may hold another tenant's export, or the machine's own files."""
    if not is_of(tenant, Path(params.path)):
        said = "Name a zip in this tenant's import folder; other paths are for the command line."
        raise InvalidParametersError({"path": said})


def _links(run: RunFacts) -> list[RelatedLink]:
    if "backup_set" not in run.summary:
        return []
    return [RelatedLink("Backup set", url_for("backup_sets.show", backup_set_id=run.summary["backup_set"]))]


operation = OperationType(
    run_type="backup_set.import",
    label="Import a backup set",
    description="Make the set again that an export was made of; each document is held against its hash.",
    icon="box-arrow-in-down",
    params=ImportParams,
    execute=import_set,
    idempotency_key=lambda _tenant, params: params.path,
    shown_inputs=lambda _tenant, params: {"export": Path(params.path).name},
    permits=_permits,
    related_links=_links,
    start_endpoint="backup_sets.moving.new",
    resumable=True,
    idempotent_items=True,
    concurrency=1,
    examples=({"path": "not-there.zip"},),
    reason_codes={
        "document_altered": ReasonCode(
            "Document altered", "Export the set again; this file is damaged or was edited."
        ),
        "document_missing": ReasonCode("Document missing", "Export the set again; this file is incomplete."),
        "not_in_manifest": ReasonCode("Not in the manifest", "Nothing to do if somebody put the file there."),
        "not_an_export": ReasonCode(
            "No export of a set", "Choose a zip that was made by “Export”; policies alone are for Inventory."
        ),
        "manifest_unusable": ReasonCode("Manifest unusable", "Export the set again, with this version."),
        "export_not_found": ReasonCode("Export not found", "Check the path on the worker's machine."),
        "unsafe_path": ReasonCode("Points outside", "Find out who made this file before you use it."),
        "compression_ratio": ReasonCode(
            "Suspiciously dense", "Find out who made this file before you use it."
        ),
        "document_too_large": ReasonCode("Document too large", "No policy is that large: export again."),
        "document_unreadable": ReasonCode(
            "Document unreadable", "Export the set again; this file is damaged."
        ),
        "archive_unreadable": ReasonCode("Archive unreadable", "Export the set again; this file is damaged."),
        "archive_too_large": ReasonCode("Archive too large", "Split the set, and export each part."),
    },
)
