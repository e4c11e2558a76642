"""What has to be confirmed before anything is written: versions, their plan, the tenant's name."""

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.core import InvalidInputError, PermissionDeniedError, RunContext, RunFailedError, Tenant
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.restore.choosing import versions_numbered
from app.plugins.backup_sets.restore.plan import RestorePlan
from app.plugins.backup_sets.restore.planning import Planner
from app.plugins.backup_sets.worked_on import note_run, set_worked_on

MOST = 200  # versions at once: as many as one page plans

WRITES_OFF = "Writing to tenants is off: TENANTATLAS_ALLOW_WRITES is not set."
CHANGED = "The tenant, the set or what can be written has changed since the plan was made: plan anew."


class RestoreParams(BaseModel):
    """Which versions, and the plan that was looked at."""

    model_config = ConfigDict(extra="forbid")

    backup_set_id: int = Field(gt=0, title="Backup set", description="Number of the backup set.")
    item_ids: list[int] = Field(
        min_length=1, max_length=MOST, title="Versions", description="Numbers of versions in the set."
    )
    plan: str = Field(
        pattern=r"^[0-9a-f]{64}$", title="Plan", description="Digest of the plan of these versions."
    )
    confirm: str = Field(max_length=200, title="Confirm", description="The tenant's name, typed.")

    @field_validator("item_ids")
    @classmethod
    def _each_once(cls, item_ids: list[int]) -> list[int]:
        return sorted(set(item_ids))


def writes_allowed() -> bool:
    """Whether an administrator lets this process write to tenants."""
    return bool(current_app.config["ALLOW_WRITES"])


def confirmed_plan(run: RunContext[RestoreParams]) -> RestorePlan:
    """The plan that a run carries out.

    Raises:
        RunFailedError: writing is off, the set is gone, or the plan is another one by now.
    """
    params = run.params
    if not writes_allowed():
        raise RunFailedError("writes_off", WRITES_OFF)
    backup_set = set_worked_on(run.tenant, params.backup_set_id)
    note_run(backup_set, run)
    try:
        made = plan_of(run.tenant, backup_set, params)
    except (InvalidInputError, PermissionDeniedError) as error:
        raise RunFailedError("plan_changed", str(error)) from None
    run.summarize(backup_set_id=backup_set.id)
    return made


def plan_of(tenant: Tenant, backup_set: BackupSet, params: RestoreParams) -> RestorePlan:
    """The plan that was confirmed, made anew.

    Raises:
        InvalidInputError: the name is not the tenant's, or the plan is another one by now.
        PermissionDeniedError: a version is not in the set.
    """
    if params.confirm.strip() != tenant.name:
        raise InvalidInputError("confirm: type the tenant's name as it stands at the top of the page")
    made = Planner(tenant, backup_set).plan(versions_numbered(backup_set, params.item_ids))
    if made.digest(tenant) != params.plan:
        raise InvalidInputError(CHANGED)
    return made
