"""The pages of a restore: its plan, and the start of it by a manager who confirms."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core import (
    InvalidInputError,
    JsonObject,
    Role,
    current_catalog,
    current_tenant,
    may,
    signed_in_user,
    start_operation,
    tenant_required,
)
from app.plugins.backup_sets.asked import asked_items, asked_numbers, asked_query
from app.plugins.backup_sets.items import count_collections
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.restore.choosing import newest_versions, versions_numbered, versions_of
from app.plugins.backup_sets.restore.operation import MOST, writes_allowed
from app.plugins.backup_sets.restore.plan import Action
from app.plugins.backup_sets.restore.planning import Planner
from app.plugins.backup_sets.restore.refusing import audited_refusal
from app.plugins.backup_sets.sets import summary_of, visible_set
from app.plugins.graph import is_connected

SHOWN = MOST  # policies on one page: each is read and compared

restore_pages = Blueprint("restore", __name__, url_prefix="/<int:backup_set_id>/restore")


@restore_pages.get("")
@tenant_required(Role.READONLY)
def plan(backup_set_id: int) -> str:
    """What bringing the newest versions back would do, or those chosen instead."""
    backup_set = visible_set(current_tenant(), backup_set_id)
    wanted, instead = asked_items(), asked_numbers("version")
    shown = newest_versions(backup_set, wanted, instead, limit=SHOWN)
    matching = len(shown) if len(shown) < SHOWN else len(newest_versions(backup_set, wanted))
    made = Planner(current_tenant(), backup_set).plan(shown)
    return render_template(
        "backup_sets/plan.html",
        backup_set=backup_set,
        held=summary_of(backup_set),
        plan=made,
        actions=list(Action),
        versions=versions_of(backup_set, [one.item.policy_id for one in shown]),
        collections=count_collections(backup_set, wanted),
        wanted=wanted,
        query=asked_query(wanted),
        matching=matching,
        may_restore=may(Role.MANAGER) and writes_allowed() and any(one.action.writes for one in made.items),
    )


@restore_pages.get("/confirm")
@tenant_required(Role.MANAGER)
def confirm(backup_set_id: int) -> str:
    """The plan of the chosen versions, to be confirmed."""
    backup_set = visible_set(current_tenant(), backup_set_id)
    return render_template("backup_sets/restore.html", **_chosen(backup_set))


@restore_pages.post("")
@tenant_required(Role.MANAGER)
def start(backup_set_id: int) -> ResponseReturnValue:
    """Queue the restore that was confirmed; refusals are audited."""
    tenant, user = current_tenant(), signed_in_user()
    backup_set = visible_set(tenant, backup_set_id)
    try:
        with audited_refusal(tenant, backup_set, user):
            params: JsonObject = {
                "backup_set_id": backup_set.id,
                "item_ids": asked_numbers("item"),
                "plan": request.form.get("plan", ""),
                "confirm": request.form.get("confirm", ""),
            }
            started = start_operation(current_catalog(), tenant, "backup_set.restore", params, user)
    except InvalidInputError as error:
        return render_template("backup_sets/restore.html", **_chosen(backup_set), error=str(error)), 422
    state = "queued" if started.created else "active"
    return redirect(
        url_for("backup_sets.show", backup_set_id=backup_set.id, started=started.run_id, then=state)
    )


def _chosen(backup_set: BackupSet) -> JsonObject:
    tenant = current_tenant()
    made = Planner(tenant, backup_set).plan(versions_numbered(backup_set, asked_numbers("item")))
    return {
        "backup_set": backup_set,
        "plan": made,
        "digest": made.digest(tenant),
        "actions": list(Action),
        "writes_allowed": writes_allowed(),
        "is_connected": is_connected(tenant),
    }
