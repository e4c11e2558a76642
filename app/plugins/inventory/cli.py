"""`flask inventory`: import and show."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.core import (
    InvalidInputError,
    JsonObject,
    Tenant,
    cli_errors,
    echo_json,
    parameters_from,
    reading,
    report_run,
    start_and_wait,
    tenant_by_slug,
)
from app.plugins.inventory.files_source import files
from app.plugins.inventory.models import InventorySyncRun
from app.plugins.inventory.sources import all_sources
from app.plugins.inventory.store import snapshots

inventory = AppGroup("inventory", help="Snapshots of a tenant's policies.")


@inventory.command("import")
@click.argument("slug")
@click.argument("path", type=click.Path(exists=True, readable=True, path_type=Path))
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def import_(slug: str, path: Path, *, inline: bool, as_json: bool) -> None:
    """Read exported policies of tenant SLUG from PATH (a folder, a zip or one file) and wait for the end."""
    params = {"source": files.key, "path": str(path.resolve())}
    _sync_and_report(tenant_by_slug(slug), params, inline=inline, as_json=as_json)


@inventory.command("sync")
@click.argument("slug")
@click.option("--source", "key", required=True, help="Key of the source; see `flask inventory sources`.")
@click.option("--options", "text", default="{}", help="The source's options as one JSON object.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def sync(slug: str, key: str, text: str, *, inline: bool, as_json: bool) -> None:
    """Read the policies of tenant SLUG from any source and wait for the end."""
    params = {**parameters_from(text, "--options"), "source": key}
    _sync_and_report(tenant_by_slug(slug), params, inline=inline, as_json=as_json)


@inventory.command("sources")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@cli_errors
def sources(*, as_json: bool) -> None:
    """List what policies can be read from, with the plugin that brings it and its options."""
    rows: list[JsonObject] = [
        {
            "source": key,
            "label": found.what.label,
            "plugin": found.plugin,
            "options": list(found.what.options.model_fields),
        }
        for key, found in all_sources().items()
    ]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        names = ", ".join(row["options"])
        click.echo(f"{row['source']:<20} {row['plugin']:<20} {row['label']} ({names or 'no options'})")


@inventory.command("show")
@click.argument("slug")
@click.option("--run", "sync_run_id", type=int, help="A sync; default: the latest that can be compared with.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def show(slug: str, sync_run_id: int | None, *, as_json: bool) -> None:
    """Show what a sync of tenant SLUG read: coverage per type and every policy."""
    sync = _sync(tenant_by_slug(slug), sync_run_id)
    document = _document(sync)
    if as_json:
        echo_json(document)
        return
    click.echo(f"Sync {sync.id} of {sync.origin}: {sync.status}, {sync.policy_count} policies")
    for row in document["coverage"]:
        click.echo(
            f"  {row['coverage']:<10} {row['item_count']:>5}  {row['collection']}  {row['reason'] or ''}"
        )
    for policy in document["policies"]:
        click.echo(f"  {policy['policy_type']:<44} {policy['display_name']}")


def _sync_and_report(tenant: Tenant, params: JsonObject, *, inline: bool, as_json: bool) -> None:
    run = start_and_wait(tenant, "inventory.sync", params, inline=inline)
    report_run(run, as_json=as_json, inventory_sync_run_id=run.summary.get("inventory_sync_run_id"))


def _sync(tenant: Tenant, sync_run_id: int | None) -> InventorySyncRun:
    if sync_run_id is None:
        latest = snapshots.comparable_syncs(tenant)
        if not latest:
            raise InvalidInputError(f"tenant {tenant.slug!r} has no finished sync yet")
        return latest[0]
    sync = snapshots.find_sync(tenant, sync_run_id)
    if sync is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has no sync {sync_run_id}")
    return sync


def _document(sync: InventorySyncRun) -> JsonObject:
    return {
        "inventory_sync_run_id": sync.id,
        "status": sync.status,
        "origin": sync.origin,
        "policy_count": sync.policy_count,
        "coverage": [
            {
                "collection": row.collection,
                "coverage": row.state,
                "item_count": row.item_count,
                "policy_types": row.policy_types,
                "reason": row.reason,
            }
            for row in snapshots.coverage_of(sync).values()
        ],
        "problems": [
            {
                "path": row.path,
                "reason_code": row.reason_code,
                "reason": row.reason,
                "collection": row.collection,
                "is_failure": row.is_failure,
            }
            for row in snapshots.problems_of(sync)
        ],
        "policies": [
            {
                "policy_id": row.policy_id,
                "policy_type": row.policy_type,
                "collection": row.collection,
                "external_id": row.external_id,
                "display_name": row.display_name,
                "content_hash": row.content_hash,
            }
            for row in snapshots.policies_at(sync)
        ],
    }
