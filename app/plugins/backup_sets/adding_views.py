"""The page on which policies of a sync are chosen for a set, and the start of adding them."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    PermissionDeniedError,
    Role,
    current_catalog,
    current_tenant,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.backup_sets.adding import adding_params, audited_refusal
from app.plugins.backup_sets.asked import asked_policies, asked_query
from app.plugins.backup_sets.items import kept_versions
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.sets import visible_set
from app.plugins.backup_sets.versions import Addition, KeptVersion, addition_of
from app.plugins.inventory import (
    InventorySyncRun,
    PolicyFilter,
    SnapshotPolicy,
    choose_policies,
    comparable_syncs,
    count_policies,
)

SHOWN = 500

adding_pages = Blueprint("adding", __name__, url_prefix="/<int:backup_set_id>/add")


@adding_pages.get("")
@tenant_required(Role.OPERATOR)
def choose(backup_set_id: int) -> str:
    """Policies of one sync, to choose from."""
    backup_set = visible_set(current_tenant(), backup_set_id)
    return render_template("backup_sets/add.html", **_offered(backup_set, asked_policies()))


@adding_pages.post("")
@tenant_required(Role.OPERATOR)
def start(backup_set_id: int) -> ResponseReturnValue:
    """Queue adding the selected policies, or every one that matches the filter."""
    tenant, user, wanted = current_tenant(), signed_in_user(), asked_policies()
    backup_set, sync = visible_set(tenant, backup_set_id), _chosen_sync()
    chosen = wanted if request.form.get("which") == "all" else request.form.getlist("policy")
    params = adding_params(backup_set, sync, chosen)
    try:
        with audited_refusal(tenant, backup_set, user):
            started = start_operation(current_catalog(), tenant, "backup_set.add_policies", params, user)
    except InvalidInputError as error:
        said = str(error) if params["policy_ids"] else "Choose at least one policy."
        return render_template("backup_sets/add.html", **_offered(backup_set, wanted), error=said), 422
    state = "queued" if started.created else "active"
    return redirect(
        url_for("backup_sets.show", backup_set_id=backup_set.id, started=started.run_id, then=state)
    )


def _offered(backup_set: BackupSet, wanted: PolicyFilter) -> JsonObject:
    syncs = comparable_syncs(current_tenant())
    sync = _chosen_sync(syncs) if syncs else None
    found = choose_policies(sync, wanted, limit=SHOWN) if sync else []
    return {
        "backup_set": backup_set,
        "syncs": syncs,
        "sync": sync,
        "policies": found,
        "additions": _additions(backup_set, sync, found) if sync else {},
        "collections": count_policies(sync, wanted) if sync else {},
        "wanted": wanted,
        "query": asked_query(wanted),
        "selected": set(request.form.getlist("policy")),
    }


def _additions(
    backup_set: BackupSet, sync: InventorySyncRun, policies: Sequence[SnapshotPolicy]
) -> dict[str, Addition | None]:
    """What adding each policy would mean; nothing: it is in the set already."""
    kept = kept_versions(backup_set, [policy.policy_id for policy in policies])
    return {
        policy.policy_id: addition_of(KeptVersion(sync.id, policy.content_hash), kept[policy.policy_id])
        for policy in policies
    }


def _chosen_sync(syncs: Sequence[InventorySyncRun] | None = None) -> InventorySyncRun:
    """The finished sync that the request names, by default the newest.

    Raises:
        PermissionDeniedError: this tenant has no such sync.
    """
    number = request.values.get("sync", "").strip()
    for sync in syncs if syncs is not None else comparable_syncs(current_tenant()):
        if number in {"", str(sync.id)}:
            return sync
    raise PermissionDeniedError("this tenant has no such finished sync")
