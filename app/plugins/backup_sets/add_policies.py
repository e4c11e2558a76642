"""`backup_set.add_policies`: keep chosen policies of a sync in a backup set."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated

import orjson
from flask import url_for
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from app.core import (
    InvalidInputError,
    JsonObject,
    OperationType,
    PermissionDeniedError,
    ReasonCode,
    RelatedLink,
    RunContext,
    RunFacts,
    RunFailedError,
    Tenant,
    db,
    find_run,
)
from app.plugins.backup_sets.candidates import Candidates
from app.plugins.backup_sets.examples import EMPTY, FILLED, MISSING, additions_to
from app.plugins.backup_sets.items import added_by
from app.plugins.backup_sets.keeping import CLOSED, IMPORTED, Keeper
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.sets import find_set
from app.plugins.backup_sets.versions import Addition
from app.plugins.backup_sets.worked_on import note_run, set_worked_on
from app.plugins.inventory import InventorySyncRun, SyncStatus, find_sync, known_policies

CHUNK = 1000  # policies a transaction: on SQLite nobody else writes meanwhile
MOST = 100_000

PolicyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class AddParams(BaseModel):
    """Which policies go into which set, and which version of each."""

    model_config = ConfigDict(extra="forbid")

    backup_set_id: int = Field(gt=0, title="Backup set", description="Number of the backup set.")
    policy_ids: list[PolicyId] = Field(
        min_length=1, max_length=MOST, title="Policies", description="Ids of the policies."
    )
    sync_run_id: int | None = Field(
        default=None,
        gt=0,
        title="Sync",
        description="Number of the inventory sync whose versions are kept; empty: the latest one.",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_options(cls, values: object) -> object:
        """The same parameters, of which some may be given together as `options`."""
        if not isinstance(values, Mapping) or not isinstance(values.get("options"), Mapping):
            return values
        return {name: value for name, value in values.items() if name != "options"} | {**values["options"]}

    @field_validator("policy_ids")
    @classmethod
    def _each_once(cls, policy_ids: list[str]) -> list[str]:
        return sorted(set(policy_ids))


def add_policies(run: RunContext[AddParams]) -> None:
    """Keep what the set does not hold yet; see docs/backup-sets.md. A resumed run adds nothing twice."""
    backup_set, candidates = _begin(run)
    keeper = Keeper(run, backup_set, candidates, _initiator(run))
    policy_ids = iter(run.items)
    while chunk := list(islice(policy_ids, CHUNK)):
        run.settle(keeper.keep(chunk))
    added = added_by(backup_set, run.id)
    db.session.commit()
    run.summarize(
        added={addition.value: added.counts[addition] for addition in Addition},
        syncs=sorted(candidates.looked_at | added.syncs),
        notes=_notes(added.secretive),
    )


def _begin(run: RunContext[AddParams]) -> tuple[BackupSet, Candidates]:
    backup_set = set_worked_on(run.tenant, run.params.backup_set_id)
    if backup_set.imported_from is not None:
        raise RunFailedError(*IMPORTED)
    try:
        sync = _chosen_sync(run.tenant, run.params.sync_run_id)
    except (InvalidInputError, PermissionDeniedError) as error:
        raise RunFailedError("snapshot_unavailable", str(error)) from None
    note_run(backup_set, run)
    return backup_set, Candidates(run.tenant, sync, {sync.id} if sync else set())


def _chosen_sync(tenant: Tenant, sync_run_id: int | None) -> InventorySyncRun | None:
    if sync_run_id is None:
        return None
    sync = find_sync(tenant, sync_run_id)
    if sync is None:
        raise PermissionDeniedError(f"this tenant has no inventory sync {sync_run_id}")
    if not SyncStatus(sync.status).is_comparable:
        raise InvalidInputError(f"sync {sync.id} is {sync.status}: nothing can be kept of it")
    return sync


def _initiator(run: RunContext[AddParams]) -> str:
    record = find_run(run.tenant, run.id)
    db.session.commit()
    return record.initiator if record else "system"


def _notes(secretive: int) -> list[str]:
    if not secretive:
        return []
    subject = "1 added policy" if secretive == 1 else f"{secretive:,} added policies"
    return [f"{subject} cannot be restored completely: secret values are not stored."]


def _shown(tenant: Tenant, params: AddParams) -> JsonObject:
    """What the run page shows; asked when a run is started, so that it also refuses what is not the tenant's.

    A set that is not there is left to the run, which fails without looking at anything.

    Raises:
        PermissionDeniedError: the sync or a policy is not the tenant's, or is nobody's: nobody learns which.
        InvalidInputError: the sync cannot be used.
    """
    backup_set = find_set(tenant, params.backup_set_id)
    if backup_set is None:
        return {"backup_set": params.backup_set_id, "policies": len(params.policy_ids)}
    if backup_set.imported_from is not None:
        raise InvalidInputError(CLOSED)
    sync = _chosen_sync(tenant, params.sync_run_id)
    if len(known_policies(tenant, params.policy_ids)) < len(params.policy_ids):
        raise PermissionDeniedError("some of these policies are not this tenant's")
    return {
        "backup_set": backup_set.name,
        "policies": len(params.policy_ids),
        "version": f"Inventory sync {sync.id}" if sync else "as in the latest sync",
    }


def _key(_tenant: Tenant, params: AddParams) -> str:
    return orjson.dumps([params.backup_set_id, params.policy_ids, params.sync_run_id]).decode()


def _links(run: RunFacts) -> list[RelatedLink]:
    added: Mapping[str, int] | None = run.summary.get("added")
    if added is None:
        return []
    backup_set_id = run.params["backup_set_id"]
    syncs = [
        RelatedLink(f"Inventory sync {number}", url_for("inventory.show", sync_run_id=number))
        for number in run.summary["syncs"]
    ]
    return [RelatedLink("Backup set", url_for("backup_sets.show", backup_set_id=backup_set_id)), *syncs]


operation = OperationType(
    run_type="backup_set.add_policies",
    label="Add policies to a backup set",
    description="Keep chosen policies of an inventory sync in a backup set.",
    icon="archive",
    params=AddParams,
    execute=add_policies,
    items=lambda _tenant, params: params.policy_ids,
    idempotency_key=_key,
    shown_inputs=_shown,
    related_links=_links,
    start_endpoint="backup_sets.index",
    resumable=True,
    idempotent_items=True,
    concurrency=1,
    examples=(additions_to(EMPTY), additions_to(FILLED), additions_to(MISSING)),
    reason_codes={
        "already_present": ReasonCode("Already in the set", "Nothing to do: the set holds this content."),
        "not_found": ReasonCode(
            "Not in the sync", "The policy is gone, or newer than the sync: choose another sync."
        ),
        "unreadable": ReasonCode(
            "Could not be read", "Sync again with an export that holds the policy, then add it."
        ),
        "not_permitted": ReasonCode(
            "Refused by the source", "Give the source access to this policy type, sync again, then add it."
        ),
        "backup_set_gone": ReasonCode("No such backup set", "Create a set and add the policies to it."),
        "set_is_imported": ReasonCode("Imported set", "Make a set of your own and add the policies to it."),
        "snapshot_unavailable": ReasonCode("Sync unavailable", "Choose a finished inventory sync."),
    },
)
