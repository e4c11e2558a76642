"""`backup_set.restore`: write confirmed versions of a set back into the tenant."""

from collections.abc import Mapping

import orjson
from flask import current_app, url_for
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.core import (
    InvalidInputError,
    JsonObject,
    OperationType,
    PermissionDeniedError,
    RelatedLink,
    Role,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
    db,
    find_run,
    record_audit,
    tenant_key,
)
from app.plugins.backup_sets.examples import MISSING
from app.plugins.backup_sets.keeping import GONE
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.restore.choosing import versions_numbered
from app.plugins.backup_sets.restore.plan import Action, PlannedItem, RestorePlan, in_order
from app.plugins.backup_sets.restore.planning import Planner
from app.plugins.backup_sets.restore.reasons import REASONS
from app.plugins.backup_sets.restore.restoring import Restorer
from app.plugins.backup_sets.sets import find_set, note_run
from app.plugins.graph import GraphPolicies, NotConnectedError, graph_of
from app.plugins.inventory import Sealer, bodies_of

MOST = 200  # versions at once: as many as one page plans
FAILURES_BORNE = 10

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


def restore(run: RunContext[RestoreParams]) -> None:
    """Bring back what was confirmed; see docs/backup-sets.md. What a lost worker began is never repeated."""
    made = _confirmed_plan(run)
    planned = {str(one.shown.item.id): one for one in made.items}
    try:
        with graph_of(run.tenant) as client:
            sealer = Sealer(tenant_key(run.tenant, "inventory.secrets"))
            restorer = Restorer(GraphPolicies(client), sealer, lambda: _hold(run))
            for item_id in run.items:
                with run.item(item_id):
                    _restore_one(run, restorer, planned[item_id])
    except NotConnectedError as error:
        raise RunFailedError("graph_not_connected", str(error)) from None
    run.summarize(planned={action.value: made.counts[action] for action in Action})


def _confirmed_plan(run: RunContext[RestoreParams]) -> RestorePlan:
    params = run.params
    if not writes_allowed():
        raise RunFailedError("writes_off", WRITES_OFF)
    backup_set = find_set(run.tenant, params.backup_set_id)
    if backup_set is None:
        raise RunFailedError(*GONE)
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


def _restore_one(run: RunContext[RestoreParams], restorer: Restorer, planned: PlannedItem) -> None:
    item = planned.shown.item
    hashes = [one for one in (item.content_hash, planned.target_hash) if one]
    bodies = bodies_of(run.tenant, hashes)
    record = find_run(run.tenant, run.id)
    db.session.commit()
    seen = orjson.loads(bodies[planned.target_hash]) if planned.target_hash in bodies else None
    document = orjson.loads(bodies.get(item.content_hash, b"{}"))
    graph_id = restorer.restore(planned, document, seen)
    record_audit(
        run.tenant.id,
        "backup_set.version_restored",
        f"backup_set:{item.backup_set_id}",
        user_id=record.user_id if record else None,
        actor=record.initiator if record else "system",
        details={
            "item": item.id,
            "policy": item.display_name,
            "content_hash": item.content_hash,
            "action": planned.action.value,
            "graph_id": graph_id,
            "run": run.id,
        },
    )
    _hold(run)


def _hold(run: RunContext[RestoreParams]) -> None:
    run.fence()
    db.session.commit()


def _items(tenant: Tenant, params: RestoreParams) -> list[str]:
    """The versions in the order of the plan; of a set that is not there, as they were named."""
    backup_set = find_set(tenant, params.backup_set_id)
    if backup_set is None:
        return [str(item_id) for item_id in params.item_ids]
    return [str(one.item.id) for one in in_order(versions_numbered(backup_set, params.item_ids))]


def _shown(tenant: Tenant, params: RestoreParams) -> JsonObject:
    """What the run page shows; asked when a run is started, so that it also refuses what was not confirmed.

    A set that is not there is left to the run, which fails without looking at anything.

    Raises:
        InvalidInputError: writing is off, the name is wrong, or the plan is another one by now.
        PermissionDeniedError: a version is not in the set.
    """
    backup_set = find_set(tenant, params.backup_set_id)
    if backup_set is None:
        return {"backup_set": params.backup_set_id, "versions": len(params.item_ids)}
    if not writes_allowed():
        raise InvalidInputError(WRITES_OFF)
    made = plan_of(tenant, backup_set, params)
    return {
        "backup_set": backup_set.name,
        "versions": len(params.item_ids),
        "plan": params.plan[:12],
        **{action.value: made.counts[action] for action in Action if made.counts[action]},
    }


def _key(_tenant: Tenant, params: RestoreParams) -> str:
    return orjson.dumps([params.backup_set_id, params.item_ids, params.plan]).decode()


def _links(run: RunFacts) -> list[RelatedLink]:
    summary: Mapping[str, int] = run.summary
    if "backup_set_id" not in summary:
        return []
    return [RelatedLink("Backup set", url_for("backup_sets.show", backup_set_id=summary["backup_set_id"]))]


operation = OperationType(
    run_type="backup_set.restore",
    label="Restore from a backup set",
    description="Write kept versions back into the tenant, as a confirmed plan says.",
    icon="arrow-counterclockwise",
    role=Role.MANAGER,
    params=RestoreParams,
    execute=restore,
    items=_items,
    idempotency_key=_key,
    shown_inputs=_shown,
    related_links=_links,
    start_endpoint="backup_sets.index",
    resumable=True,
    idempotent_items=False,
    concurrency=1,
    breaker=FAILURES_BORNE,
    examples=({"backup_set_id": MISSING, "item_ids": [1], "plan": "0" * 64, "confirm": "Nobody"},),
    reason_codes=REASONS,
)
