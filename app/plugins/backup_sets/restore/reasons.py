"""What the reason codes of a restore mean, and what to do about each."""

from app.core import ReasonCode

_ANEW = "Sync again, look at the restore plan again, and confirm that one."

REASONS = {
    "already_so": ReasonCode("Already so", "Nothing to do: the tenant has this content."),
    "ambiguous_identity": ReasonCode("Not told apart", "Restore it by hand: two policies bear its id."),
    "backup_set_gone": ReasonCode("No such backup set", "Nothing to do: there is nothing to restore."),
    "changed_since": ReasonCode("Changed since the plan", _ANEW),
    "document_altered": ReasonCode("Document altered", "Find out who wrote past TenantAtlas; do not use it."),
    "document_missing": ReasonCode("Document missing", "Restore the database from a backup."),
    "graph_not_connected": ReasonCode(
        "Not connected", "An administrator adds the tenant's application to the credentials file."
    ),
    "graph_refused": ReasonCode(
        "Graph refused",
        "Check the application's permissions; Microsoft finds the request by its number.",
        retryable=True,
    ),
    "not_proven": ReasonCode("Not proven", "Sync and compare: the tenant may show it later, or otherwise."),
    "not_read": ReasonCode("Not read by the latest sync", "Sync the whole type, then plan anew."),
    "outcome_unclear": ReasonCode("Unclear", "Look in the tenant: it may have been written, or not."),
    "partly_written": ReasonCode("Written in part", "Sync and plan anew; the rest can then be written."),
    "pending_approval": ReasonCode(
        "Waits for approval", "Another administrator approves it in the tenant; then sync and compare."
    ),
    "plan_changed": ReasonCode("Plan changed", _ANEW),
    "reference_unresolved": ReasonCode(
        "Reference not found", "Make the named group, filter or location in the tenant, or restore it first."
    ),
    "secrets_not_stored": ReasonCode(
        "Secret values not stored", "Restore it by hand and enter the secret values anew."
    ),
    "type_not_writable": ReasonCode("Cannot be written yet", "Restore it by hand from the kept document."),
    "writes_off": ReasonCode(
        "Writing is off", "An administrator sets TENANTATLAS_ALLOW_WRITES for pages and workers."
    ),
}
