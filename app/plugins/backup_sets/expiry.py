"""`backup_set.expire_exports`: remove the zips whose time is over; their rows stay and say so."""

from sqlalchemy import select

from app.core import JsonObject, NoParams, OperationType, Role, RunContext, RunFacts, clock, db
from app.plugins.backup_sets.exports import expired_exports, note_removed, path_of, stray_files
from app.plugins.backup_sets.models import BackupSetExport

AT_ONCE = 100


def expire(run: RunContext[NoParams]) -> None:
    """Remove expired and stray files of a tenant; doing it again changes nothing."""
    now = clock.now()
    exports, strays = expired_exports(run.tenant, now), stray_files(run.tenant, now)
    db.session.commit()
    for begin in range(0, len(exports), AT_ONCE):
        some = exports[begin : begin + AT_ONCE]
        note_removed(run.tenant, some)
        run.fence()
        db.session.commit()
        for export in some:
            path_of(run.tenant, export).unlink(missing_ok=True)
        run.checkpoint()
    for path in strays:
        run.checkpoint()
        path.unlink(missing_ok=True)
    run.summarize(removed=len(exports), strays=len(strays))


def _if_any(pruned: RunFacts) -> JsonObject | None:
    """Nothing follows in a tenant that has exported nothing."""
    query = select(BackupSetExport.id).where(BackupSetExport.tenant_id == pruned.tenant.id).limit(1)
    return None if db.session.scalar(query) is None else {}


operation = OperationType(
    run_type="backup_set.expire_exports",
    label="Remove expired exports",
    description="Remove the files of exports whose time is over.",
    icon="trash3",
    role=Role.MANAGER,
    execute=expire,
    idempotency_key=lambda _tenant, _params: "one at a time",
    resumable=True,
    idempotent_items=True,
    follows={"run.prune": _if_any},  # each night
    examples=({},),
)
