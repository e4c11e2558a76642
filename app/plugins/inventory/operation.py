"""The declaration of `inventory.sync`."""

from pathlib import Path

from flask import url_for

from app.core import InvalidParametersError, OperationType, ReasonCode, RelatedLink, RunFacts, Tenant
from app.plugins.inventory.exports import is_of
from app.plugins.inventory.files_source import files
from app.plugins.inventory.scope import scope_key
from app.plugins.inventory.sync import sync
from app.plugins.inventory.sync_params import SyncParams

# Beside the package, not imported: the sample stands on the plugins.
_SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "exports"


def _links(run: RunFacts) -> list[RelatedLink]:
    sync_run_id = run.summary.get("inventory_sync_run_id")
    if sync_run_id is None:
        return []
    return [RelatedLink("Inventory snapshot", url_for("inventory.show", sync_run_id=sync_run_id))]


def _permits(tenant: Tenant, params: SyncParams) -> None:
    """Any other path may hold another tenant's export, or the machine's own files."""
    if params.source == files.key and not is_of(tenant, Path(params.path or "")):
        said = "Name an export in this tenant's import folder; other paths are for the command line."
        raise InvalidParametersError({"path": said})


operation = OperationType(
    run_type="inventory.sync",
    label="Inventory sync",
    description="Read every policy of a source and keep what is new.",
    icon="cloud-download",
    params=SyncParams,
    execute=sync,
    idempotency_key=lambda _tenant, params: scope_key(params.source),
    shown_inputs=lambda _tenant, params: {"source": params.source, "origin": params.origin},
    permits=_permits,
    related_links=_links,
    start_endpoint="inventory.new",
    resumable=True,
    idempotent_items=True,
    examples=(
        {"source": "files", "path": str(_SAMPLE / "2026-10-05")},
        {"source": "files", "path": str(_SAMPLE / "2026-11-02")},
        {"source": "files", "path": str(_SAMPLE / "not-there")},
    ),
    reason_codes={
        "document_unreadable": ReasonCode(
            "Document unreadable",
            "Export the named document again; nothing of its type is taken for removed meanwhile.",
        ),
        "not_in_source": ReasonCode(
            "Not in the source", "Nothing to do if the export left this type out on purpose."
        ),
        "source_failed": ReasonCode(
            "Source failed", "The log has the error; tell whoever maintains the named plugin."
        ),
        "source_not_found": ReasonCode("Export not found", "Check the path on the worker's machine."),
        "source_unreadable": ReasonCode(
            "Export unreadable", "Check that the worker may read it and that it is a folder, zip or JSON."
        ),
        "source_empty": ReasonCode("Export empty", "Choose the folder that holds the JSON files."),
        "archive_unreadable": ReasonCode("Archive unreadable", "Make the zip again; this one is damaged."),
        "archive_too_large": ReasonCode(
            "Archive too large", "Split the export, or import the unpacked folder."
        ),
        "no_policies": ReasonCode(
            "No policies found", "Choose an export of policies: folder, zip or JSON file."
        ),
    },
)
