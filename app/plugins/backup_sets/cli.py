"""`flask backup-sets`."""

import click
from flask.cli import AppGroup

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
from app.plugins.backup_sets.adding import adding_params, audited_refusal
from app.plugins.backup_sets.items import ItemFilter, ShownItem, list_items
from app.plugins.backup_sets.restore.cli import plan
from app.plugins.backup_sets.sets import SetSummary, create_set, list_sets, numbered_set, summary_of
from app.plugins.inventory import InventorySyncRun, PolicyFilter, find_sync, latest_sync

backup_sets = AppGroup("backup-sets", help="Chosen policies, kept in versions.")
backup_sets.add_command(plan)


@backup_sets.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def list_(slug: str, *, as_json: bool) -> None:
    """List the backup sets of tenant SLUG."""
    found = list_sets(tenant_by_slug(slug))
    if as_json:
        echo_json([_set_document(held) for held in found])
        return
    for held in found:
        click.echo(
            f"{held.backup_set.id:>5}  {held.policies:>6} policies  {held.versions:>6} versions  "
            f"{held.backup_set.name}"
        )


@backup_sets.command("create")
@click.argument("slug")
@click.argument("name")
@click.option("--description", default="", help="What the set is for.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@cli_errors
def create(slug: str, name: str, description: str, *, as_json: bool) -> None:
    """Add an empty backup set to tenant SLUG."""
    tenant = tenant_by_slug(slug)
    made = create_set(tenant, name, description)
    if as_json:
        echo_json(_set_document(summary_of(made)))
    else:
        click.echo(f"Backup set {made.id} {made.name!r} created.")


@backup_sets.command("show")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def show(slug: str, backup_set_id: int, *, as_json: bool) -> None:
    """Show what backup set number SET of tenant SLUG holds: every version of every policy."""
    tenant = tenant_by_slug(slug)
    backup_set = numbered_set(tenant, backup_set_id)
    items = list_items(backup_set, ItemFilter(), limit=None)
    if as_json:
        echo_json({**_set_document(summary_of(backup_set)), "items": [*map(_item_document, items)]})
        return
    click.echo(f"Backup set {backup_set.id} {backup_set.name!r}: {len(items)} versions")
    for shown in items:
        item = shown.item
        click.echo(
            f"  {item.policy_type:<44} version {shown.version} of {shown.versions} "
            f"from sync {item.sync_run_id}  {item.display_name}"
        )


@backup_sets.command("add")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.argument("policy_ids", nargs=-1, metavar="[POLICY]...")
@click.option(
    "--sync", "sync_run_id", type=int, help="Inventory sync whose versions are kept; default: the latest."
)
@click.option("--type", "collection", help="Without POLICY: those of one collection.")
@click.option("--search", help="Without POLICY: those with these words in name, identity or type.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def add(
    slug: str,
    backup_set_id: int,
    policy_ids: tuple[str, ...],
    sync_run_id: int | None,
    *,
    inline: bool,
    as_json: bool,
    **wanted: str | None,
) -> None:
    """Keep policies of a sync in backup set number SET of tenant SLUG, and wait for the end.

    Without POLICY (ids as `flask inventory show --json` prints them), every policy of the sync is meant.
    """
    tenant = tenant_by_slug(slug)
    backup_set, sync = numbered_set(tenant, backup_set_id), _sync(tenant, sync_run_id)
    matching = PolicyFilter(collection=wanted["collection"], search=wanted["search"] or "")
    params = adding_params(backup_set, sync, policy_ids or matching)
    if not params["policy_ids"]:
        raise InvalidInputError(f"sync {sync.id} read no such policy")
    with audited_refusal(tenant, backup_set):
        run = start_and_wait(tenant, "backup_set.add_policies", params, inline=inline)
    report_run(run, as_json=as_json, added=run.summary.get("added", {}))


@backup_sets.command("verify")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def verify(slug: str, backup_set_id: int, *, inline: bool, as_json: bool) -> None:
    """Hold what backup set number SET keeps against its hashes and the latest sync, and wait for the end."""
    tenant = tenant_by_slug(slug)
    params: JsonObject = {"backup_set_id": numbered_set(tenant, backup_set_id).id}
    run = start_and_wait(tenant, "backup_set.verify", params, inline=inline)
    told = {name: run.summary.get(name, {}) for name in ("documents", "policies")}
    report_run(run, as_json=as_json, **told)


def _sync(tenant: Tenant, sync_run_id: int | None) -> InventorySyncRun:
    if sync_run_id is None:
        latest = latest_sync(tenant)
        if latest is None:
            raise InvalidInputError(f"tenant {tenant.slug!r} has no finished sync yet")
        return latest
    sync = find_sync(tenant, sync_run_id)
    if sync is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no sync {sync_run_id}")
    return sync


def _set_document(held: SetSummary) -> JsonObject:
    return {
        "id": held.backup_set.id,
        "name": held.backup_set.name,
        "description": held.backup_set.description,
        "policies": held.policies,
        "versions": held.versions,
        "created_by": held.backup_set.created_by,
        "created_at": held.backup_set.created_at.isoformat(),
        "added_at": held.added_at.isoformat() if held.added_at else None,
        "verified_at": held.verified_at.isoformat() if held.verified_at else None,
    }


def _item_document(shown: ShownItem) -> JsonObject:
    item = shown.item
    return {
        "id": item.id,
        "policy_id": item.policy_id,
        "collection": item.collection,
        "policy_type": item.policy_type,
        "external_id": item.external_id,
        "display_name": item.display_name,
        "content_hash": item.content_hash,
        "secret_count": item.secret_count,
        "version": shown.version,
        "versions": shown.versions,
        "inventory_sync_run_id": item.sync_run_id,
        "synced_at": item.synced_at.isoformat(),
        "added_as": item.added_as,
        "added_by": item.added_by,
        "added_at": item.added_at.isoformat(),
        "operation_run_id": item.operation_run_id,
        "document_state": item.document_state,
        "tenant_state": item.tenant_state,
        "verified_at": item.verified_at.isoformat() if item.verified_at else None,
    }
