"""`flask backup-sets plan` and `restore`: what a restore would do, and doing it."""

import click
from flask.cli import with_appcontext

from app.core import (
    InvalidInputError,
    JsonObject,
    Tenant,
    cli_errors,
    echo_json,
    reading,
    report_run,
    start_and_wait,
    tenant_by_slug,
)
from app.plugins.backup_sets.items import ItemFilter
from app.plugins.backup_sets.models import BackupSet
from app.plugins.backup_sets.restore.choosing import newest_versions, versions_numbered
from app.plugins.backup_sets.restore.plan import Action, Mapped, PlannedItem, RestorePlan
from app.plugins.backup_sets.restore.planning import Planner
from app.plugins.backup_sets.restore.refusing import audited_refusal
from app.plugins.backup_sets.sets import numbered_set


@click.command("plan")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.argument("item_ids", type=int, nargs=-1, metavar="[ITEM]...")
@click.option("--type", "collection", help="Without ITEM: those of one collection.")
@click.option("--search", default="", help="Without ITEM: those with these words in name, identity or type.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_appcontext
@reading()
@cli_errors
def plan(
    slug: str,
    backup_set_id: int,
    item_ids: tuple[int, ...],
    collection: str | None,
    search: str,
    *,
    as_json: bool,
) -> None:
    """Say what restoring ITEMs (numbers of versions) of backup set number SET of tenant SLUG would do.

    Without ITEM, the newest version of every policy is meant. Nothing is written anywhere.
    """
    tenant = tenant_by_slug(slug)
    backup_set = numbered_set(tenant, backup_set_id)
    made = planned(tenant, backup_set, item_ids, ItemFilter(collection, search))
    if as_json:
        echo_json(_document(tenant, made))
        return
    for one in made.items:
        click.echo(_line(one))
    counts = ", ".join(f"{made.counts[action]} {action}" for action in Action if made.counts[action])
    click.echo(f"{counts}; plan {made.digest(tenant)}")


@click.command("restore")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.argument("item_ids", type=int, nargs=-1, required=True, metavar="ITEM...")
@click.option(
    "--plan", "digest", required=True, help="What `flask backup-sets plan` printed for these ITEMs."
)
@click.option("--confirm", required=True, help="The tenant's name.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@with_appcontext
@cli_errors
def restore(
    slug: str,
    backup_set_id: int,
    item_ids: tuple[int, ...],
    digest: str,
    confirm: str,
    *,
    inline: bool,
    as_json: bool,
) -> None:
    """Write ITEMs (numbers of versions) of backup set number SET back into tenant SLUG, and wait."""
    tenant = tenant_by_slug(slug)
    backup_set = numbered_set(tenant, backup_set_id)
    params: JsonObject = {
        "backup_set_id": backup_set.id,
        "item_ids": list(item_ids),
        "plan": digest,
        "confirm": confirm,
    }
    with audited_refusal(tenant, backup_set):
        run = start_and_wait(tenant, "backup_set.restore", params, inline=inline)
    report_run(run, as_json=as_json, planned=run.summary.get("planned", {}))


def planned(
    tenant: Tenant, backup_set: BackupSet, item_ids: tuple[int, ...], wanted: ItemFilter
) -> RestorePlan:
    """The plan of numbered versions, or of the newest ones that are wanted.

    Raises:
        InvalidInputError: a number is not of the set, or nothing is wanted.
    """
    shown = versions_numbered(backup_set, item_ids) if item_ids else newest_versions(backup_set, wanted)
    if not shown:
        raise InvalidInputError(f"backup set {backup_set.id} holds no such policy")
    return Planner(tenant, backup_set).plan(shown)


def _line(one: PlannedItem) -> str:
    item = one.shown.item
    said = f"{one.action:<10}  {item.id:>6}  {item.policy_type}  {item.display_name or item.external_id}"
    if one.obstacle:
        return f"{said}: {one.obstacle.reason}"
    if one.evidence is None:
        return said
    number = one.evidence["total_changes"]
    return f"{said}: {number:,} {'change' if number == 1 else 'changes'}"


def _document(tenant: Tenant, made: RestorePlan) -> JsonObject:
    return {
        "backup_set_id": made.backup_set.id,
        "plan": made.digest(tenant),
        "counts": {action.value: made.counts[action] for action in Action},
        "unresolved": [_mapped(one) for one in made.unresolved],
        "items": [_item(one) for one in made.items],
    }


def _item(one: PlannedItem) -> JsonObject:
    item = one.shown.item
    return {
        "id": item.id,
        "policy_id": item.policy_id,
        "collection": item.collection,
        "display_name": item.display_name,
        "version": one.shown.version,
        "versions": one.shown.versions,
        "action": one.action.value,
        "reason_code": one.obstacle.reason_code if one.obstacle else None,
        "reason": one.obstacle.reason if one.obstacle else None,
        "compared_run_id": one.sync_run_id,
        "changes": one.evidence,
        "references": [_mapped(mapped) for mapped in one.mapped],
        "has_assignments": one.has_assignments,
    }


def _mapped(mapped: Mapped) -> JsonObject:
    return {
        "kind": mapped.reference.kind.value,
        "value": mapped.reference.value,
        "name": mapped.name,
        "standing": mapped.standing.value,
        "to": mapped.to,
    }
