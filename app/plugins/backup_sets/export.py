"""`backup_set.export`: write what a set holds into a zip that IntuneCD, and an import, can read."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path

from flask import url_for

from app.core import (
    ItemFailedError,
    ItemSkippedError,
    OperationType,
    ReasonCode,
    RelatedLink,
    Role,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
    clock,
    db,
    find_run,
    plugin_settings,
)
from app.plugins.backup_sets.examples import EMPTY, FILLED, MISSING
from app.plugins.backup_sets.exports import PART, export_of_run, new_path
from app.plugins.backup_sets.judging import FAULTS, document_state
from app.plugins.backup_sets.manifest import Origin
from app.plugins.backup_sets.models import BackupSet, BackupSetExport, BackupSetItem
from app.plugins.backup_sets.numbered import item_ids, items_numbered, newest_of
from app.plugins.backup_sets.settings import BackupSettings
from app.plugins.backup_sets.worked_on import SetParams, note_run, set_worked_on, shown_set
from app.plugins.backup_sets.zipping import ExportZip, export_zip, written
from app.plugins.inventory import bodies_of

CHUNK = 100  # versions whose bodies are in memory at a time


def export(run: RunContext[SetParams]) -> None:
    """Write the zip; see docs/backup-sets.md. A resumed run writes all of it again."""
    backup_set = set_worked_on(run.tenant, run.params.backup_set_id)
    made = export_of_run(run.tenant, run.id)
    if made is None:
        note_run(backup_set, run)
        made = _make(run, backup_set, new_path(run.tenant))
    run.summarize(
        export=made.id,
        policies=made.policies,
        versions=made.versions,
        secrets_not_exported=made.secret_count,
    )


def _make(run: RunContext[SetParams], backup_set: BackupSet, path: Path) -> BackupSetExport:
    origin = _origin(run, backup_set)
    try:
        with export_zip(path, origin) as archive:
            numbers = run.items.every()
            while chunk := list(islice(numbers, CHUNK)):
                run.settle(_add(run.tenant, backup_set, archive, chunk))
        if not archive.versions:
            raise RunFailedError("nothing_to_export", "No version of this set can be exported.")
        made = _row(run, path, origin, archive)
        # Without the row that follows, nobody finds the file, and it goes with what is stray.
        path.rename(path.with_name(made.file_name))
    finally:
        path.unlink(missing_ok=True)
    db.session.add(made)
    db.session.flush()
    run.fence()
    db.session.commit()
    return made


def _row(run: RunContext[SetParams], path: Path, origin: Origin, archive: ExportZip) -> BackupSetExport:
    whole = written(path)
    return BackupSetExport(
        tenant_id=run.tenant.id,
        backup_set_id=run.params.backup_set_id,
        run_id=run.id,
        file_name=path.name.removesuffix(PART),
        size=whole.size,
        sha256=whole.sha256,
        policies=len(archive.policies),
        versions=archive.versions,
        secret_count=archive.secret_count,
        created_by=origin.exported_by,
        created_at=origin.exported_at,
        expires_at=clock.now() + timedelta(days=plugin_settings(BackupSettings).export_days),
    )


def _add(
    tenant: Tenant, backup_set: BackupSet, archive: ExportZip, numbers: Sequence[str]
) -> dict[str, ItemFailedError | None]:
    """Write some versions; answers why the others are left out."""
    items = items_numbered(backup_set, numbers)
    newest = newest_of(backup_set, list(items.values()))
    bodies = bodies_of(tenant, list({item.content_hash for item in items.values()}))
    # Reading ends before anything is hashed or packed: on SQLite nobody else could write meanwhile.
    db.session.commit()
    outcomes: dict[str, ItemFailedError | None] = {}
    for number in numbers:
        item = items.get(number)
        body = bodies.get(item.content_hash) if item else None
        outcomes[number] = failure = _failure(tenant, item, body)
        if item is not None and body is not None and failure is None:
            archive.add(item, body, is_newest=item.id in newest)
    return outcomes


def _failure(tenant: Tenant, item: BackupSetItem | None, body: bytes | None) -> ItemFailedError | None:
    """Why a version is left out."""
    if item is None:
        return ItemSkippedError("no_longer_in_set", "This version was taken out of the set meanwhile.")
    state = document_state(tenant, item, body)
    if state not in FAULTS:
        return None
    code, said = FAULTS[state]
    return ItemFailedError(
        code, f"{item.display_name or item.policy_id} from sync {item.sync_run_id}: {said}"
    )


def _origin(run: RunContext[SetParams], backup_set: BackupSet) -> Origin:
    record = find_run(run.tenant, run.id)
    db.session.commit()
    return Origin(
        tenant=run.tenant.name[:200],
        name=backup_set.name,
        description=backup_set.description,
        exported_by=record.initiator if record else "system",
        exported_at=clock.now(),
    )


def _links(run: RunFacts) -> list[RelatedLink]:
    if "export" not in run.summary:
        return []
    place = url_for("backup_sets.show", backup_set_id=run.params["backup_set_id"], _anchor="exports")
    return [RelatedLink("Download the export", place)]


operation = OperationType(
    run_type="backup_set.export",
    label="Export a backup set",
    description="Write what a set holds into a zip with a manifest that proves it; without secret values.",
    icon="file-earmark-zip",
    role=Role.READONLY,
    params=SetParams,
    execute=export,
    items=lambda tenant, params: item_ids(tenant, params.backup_set_id),
    idempotency_key=lambda _tenant, params: str(params.backup_set_id),
    shown_inputs=shown_set,
    related_links=_links,
    start_endpoint="backup_sets.index",
    resumable=True,
    idempotent_items=True,
    examples=({"backup_set_id": FILLED}, {"backup_set_id": EMPTY}, {"backup_set_id": MISSING}),
    reason_codes={
        "document_missing": ReasonCode("Document missing", "Restore the database from a backup."),
        "document_altered": ReasonCode(
            "Document altered",
            "Somebody or something wrote past TenantAtlas: find out who before you use it.",
        ),
        "no_longer_in_set": ReasonCode("Taken out of the set", "Nothing to do."),
        "nothing_to_export": ReasonCode("Nothing to export", "Add policies to the set first, or verify it."),
        "backup_set_gone": ReasonCode("No such backup set", "Nothing to do: there is nothing to export."),
    },
)
