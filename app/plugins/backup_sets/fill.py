"""`backup_set.fill`: keep a set filled from the latest sync; made to be scheduled."""

from collections.abc import Mapping

import orjson
from flask import url_for

from app.core import (
    Choice,
    JsonObject,
    OperationType,
    PolicyType,
    ReasonCode,
    RelatedLink,
    RunFacts,
    Tenant,
    current_catalog,
)
from app.plugins.backup_sets.examples import EMPTY, FILLED
from app.plugins.backup_sets.filling import RUN_TYPE, FillParams, fill
from app.plugins.backup_sets.sets import find_set, list_sets
from app.plugins.inventory import collection_label, comparable_syncs, coverage_of, latest_sync, scope_label


def _sets(tenant: Tenant) -> list[Choice]:
    sets = [held.backup_set for held in list_sets(tenant)]
    return [Choice(str(one.id), one.name) for one in sets if one.imported_from is None]


def _types(tenant: Tenant) -> list[Choice]:
    """Every type that is declared, or that the latest sync knows."""
    sync = latest_sync(tenant)
    keys = {*current_catalog().declared(PolicyType), *(coverage_of(sync) if sync else ())}
    return sorted((Choice(key, collection_label(key)) for key in keys), key=lambda choice: choice.label)


def _sources(tenant: Tenant) -> list[Choice]:
    keys = dict.fromkeys(sync.source for sync in comparable_syncs(tenant))
    return [Choice(key, scope_label(key)) for key in keys]


def _shown(tenant: Tenant, params: FillParams) -> JsonObject:
    found = find_set(tenant, params.backup_set_id)
    return {
        "backup_set": found.name if found else params.backup_set_id,
        "policy_types": [collection_label(key) for key in params.policy_types] or "all",
        "source": scope_label(params.source) if params.source else "the one synced last",
    }


def _links(run: RunFacts) -> list[RelatedLink]:
    summary: Mapping[str, int] = run.summary
    if "backup_set_id" not in summary:
        return []
    return [
        RelatedLink("Backup set", url_for("backup_sets.show", backup_set_id=summary["backup_set_id"])),
        RelatedLink(
            f"Inventory sync {summary['sync']}", url_for("inventory.show", sync_run_id=summary["sync"])
        ),
    ]


operation = OperationType(
    run_type=RUN_TYPE,
    label="Fill a backup set",
    description="Keep every policy of the latest sync, of all types or of some.",
    icon="archive",
    params=FillParams,
    choices={"backup_set_id": _sets, "policy_types": _types, "source": _sources},
    execute=fill,
    idempotency_key=lambda _tenant, params: orjson.dumps(params.model_dump(mode="json")).decode(),
    shown_inputs=_shown,
    related_links=_links,
    resumable=True,
    idempotent_items=True,
    concurrency=1,
    examples=(
        {"backup_set_id": EMPTY},
        {"backup_set_id": FILLED, "policy_types": ["compliancePolicy"], "source": "files"},
    ),
    reason_codes={
        "already_present": ReasonCode("Already in the set", "Nothing to do: the set holds this content."),
        "backup_set_gone": ReasonCode(
            "No such backup set", "Remove the schedule, or choose another set in it."
        ),
        "no_new_sync": ReasonCode(
            "No new sync", "If there should be one, look at the last syncs and their schedule."
        ),
        "not_found": ReasonCode("Not in the sync", "Nothing to do: the policy is gone."),
        "not_permitted": ReasonCode("Refused by the source", "Give the source access to this policy type."),
        "set_is_imported": ReasonCode("Imported set", "Schedule the fill of a set of your own."),
        "snapshot_unavailable": ReasonCode("No sync yet", "Sync the inventory first."),
        "type_not_read": ReasonCode(
            "Type not read", "Sync with a source that holds this type, or leave it out."
        ),
        "unreadable": ReasonCode("Could not be read", "Sync again with an export that holds the policy."),
    },
)
