"""The set that a run works on."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core import JsonObject, RunContext, RunFailedError, Tenant, db
from app.plugins.backup_sets.models import BackupSet, BackupSetRun
from app.plugins.backup_sets.sets import find_set

GONE = ("backup_set_gone", "This tenant has no such backup set, or not any more.")


class SetParams(BaseModel):
    """Which set."""

    model_config = ConfigDict(extra="forbid")

    backup_set_id: int = Field(gt=0, title="Backup set", description="Number of the backup set.")


def set_worked_on(tenant: Tenant, backup_set_id: int) -> BackupSet:
    """The set that a run's parameters name.

    Raises:
        RunFailedError: the tenant has none of that number, or not any more.
    """
    backup_set = find_set(tenant, backup_set_id)
    if backup_set is None:
        raise RunFailedError(*GONE)
    return backup_set


def shown_set(tenant: Tenant, params: SetParams) -> JsonObject:
    """The set by its name, among a run's inputs."""
    found = find_set(tenant, params.backup_set_id)
    return {"backup_set": found.name if found else params.backup_set_id}


def note_run(backup_set: BackupSet, run: RunContext[Any]) -> None:
    """Remember that a run works on a set; commits behind the run's fence."""
    db.session.merge(BackupSetRun(run_id=run.id, backup_set_id=backup_set.id))
    db.session.flush()
    run.fence()
    db.session.commit()
