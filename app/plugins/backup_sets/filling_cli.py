"""`flask backup-sets fill` and `keep`: filling a set, and how many versions of each policy stay in it."""

import click
from flask.cli import with_appcontext

from app.core import JsonObject, cli_errors, echo_json, report_run, start_and_wait, tenant_by_slug
from app.plugins.backup_sets.filling import RUN_TYPE
from app.plugins.backup_sets.retention import set_retention
from app.plugins.backup_sets.sets import numbered_set


@click.command("fill")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.option(
    "--type", "policy_types", multiple=True, help="Only this collection; may be given more than once."
)
@click.option("--source", help="Only syncs of this source; default: the one synced last.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@with_appcontext
@cli_errors
def fill(
    slug: str,
    backup_set_id: int,
    policy_types: tuple[str, ...],
    source: str | None,
    *,
    inline: bool,
    as_json: bool,
) -> None:
    """Keep every policy of the latest sync in backup set number SET of tenant SLUG, and wait for the end."""
    tenant = tenant_by_slug(slug)
    params: JsonObject = {
        "backup_set_id": numbered_set(tenant, backup_set_id).id,
        "policy_types": list(policy_types),
        "source": source,
    }
    run = start_and_wait(tenant, RUN_TYPE, params, inline=inline)
    told = {name: run.summary.get(name) for name in ("sync", "added", "taken_out")}
    report_run(run, as_json=as_json, **told)


@click.command("keep")
@click.argument("slug")
@click.argument("backup_set_id", type=int, metavar="SET")
@click.argument("versions", metavar="NUMBER|all")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@with_appcontext
@cli_errors
def keep(slug: str, backup_set_id: int, versions: str, *, as_json: bool) -> None:
    """Let backup set number SET of tenant SLUG keep so many versions of each policy from its next fill on."""
    tenant = tenant_by_slug(slug)
    backup_set = numbered_set(tenant, backup_set_id)
    if versions != "all" and not versions.isdecimal():
        raise click.UsageError(f"{versions!r} is neither a number nor all")
    set_retention(tenant, backup_set, None if versions == "all" else int(versions[:9]))
    if as_json:
        echo_json({"id": backup_set.id, "keep_versions": backup_set.keep_versions})
    else:
        click.echo(f"Backup set {backup_set.id} keeps {versions} versions of each policy.")
