"""`flask backup-sets`."""

import shutil
from pathlib import Path

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
from app.plugins.backup_sets.documents import item_document, set_document
from app.plugins.backup_sets.exports import export_of_run, path_of
from app.plugins.backup_sets.filling_cli import fill, keep
from app.plugins.backup_sets.items import ItemFilter, list_items
from app.plugins.backup_sets.restore.cli import plan, restore
from app.plugins.backup_sets.sets import create_set, list_sets, numbered_set, summary_of
from app.plugins.inventory import InventorySyncRun, PolicyFilter, find_sync, latest_sync

backup_sets = AppGroup("backup-sets", help="Chosen policies, kept in versions.")
for _command in (plan, restore, fill, keep):
    backup_sets.add_command(_command)


@backup_sets.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def list_(slug: str, *, as_json: bool) -> None:
    """List the backup sets of tenant SLUG."""
    found = list_sets(tenant_by_slug(slug))
    if as_json:
        echo_json([set_document(held) for held in found])
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
        echo_json(set_document(summary_of(made)))
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
        echo_json({**set_document(summary_of(backup_set)), "items": [*map(item_document, items)]})
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


@backup_sets.command("export")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Copy the zip here.",
)
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def export(slug: str, backup_set_id: int, target: Path | None, *, inline: bool, as_json: bool) -> None:
    """Write what backup set number SET of tenant SLUG holds into a zip, and wait for the end."""
    tenant = tenant_by_slug(slug)
    params: JsonObject = {"backup_set_id": numbered_set(tenant, backup_set_id).id}
    run = start_and_wait(tenant, "backup_set.export", params, inline=inline)
    made = export_of_run(tenant, run.id)
    path = path_of(tenant, made) if made else None
    if path and target:
        shutil.copyfile(path, target)
    report_run(run, as_json=as_json, path=str(target or path) if path else None)


@backup_sets.command("import")
@click.argument("slug")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def import_(slug: str, path: Path, *, inline: bool, as_json: bool) -> None:
    """Make the set again, in tenant SLUG, of which PATH is the export, and wait for the end."""
    params: JsonObject = {"path": str(path.resolve())}
    run = start_and_wait(tenant_by_slug(slug), "backup_set.import", params, inline=inline)
    report_run(run, as_json=as_json, backup_set=run.summary.get("backup_set"))


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
