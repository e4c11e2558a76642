"""The page of a restore plan."""

from flask import Blueprint, render_template

from app.core import JsonObject, Role, current_tenant, may, tenant_required
from app.plugins.backup_sets.asked import asked_items, asked_numbers, asked_query
from app.plugins.backup_sets.items import count_collections
from app.plugins.backup_sets.restore.choosing import newest_versions, versions_of
from app.plugins.backup_sets.restore.plan import Action, RestorePlan
from app.plugins.backup_sets.restore.planning import Planner
from app.plugins.backup_sets.sets import summary_of, visible_set

SHOWN = 200  # policies on one page: each is read and compared

restore_pages = Blueprint("restore", __name__, url_prefix="/<int:backup_set_id>/restore")


@restore_pages.get("")
@tenant_required(Role.READONLY)
def plan(backup_set_id: int) -> str:
    """What bringing the newest versions back would do, or those chosen instead."""
    backup_set = visible_set(current_tenant(), backup_set_id)
    wanted, instead = asked_items(), asked_numbers("version")
    shown = newest_versions(backup_set, wanted, instead, limit=SHOWN)
    matching = len(shown) if len(shown) < SHOWN else len(newest_versions(backup_set, wanted))
    return render_template(
        "backup_sets/plan.html",
        held=summary_of(backup_set),
        collections=count_collections(backup_set, wanted),
        wanted=wanted,
        query=asked_query(wanted),
        matching=matching,
        **_planned(Planner(current_tenant(), backup_set).plan(shown)),
    )


def _planned(made: RestorePlan) -> JsonObject:
    policy_ids = [one.shown.item.policy_id for one in made.items]
    return {
        "backup_set": made.backup_set,
        "plan": made,
        "actions": list(Action),
        "versions": versions_of(made.backup_set, policy_ids),
        "may_manage": may(Role.MANAGER),
    }
