"""`flask drift baseline`: set, show, history, clear."""

import click
from flask.cli import AppGroup

from app.core import InvalidInputError, JsonObject, cli_errors, echo_json, reading, tenant_by_slug
from app.plugins.drift.baselines import baseline_versions, baselines_of, clear_baseline, set_baseline
from app.plugins.drift.models import DriftBaseline

baseline = AppGroup("baseline", help="The sync that later ones of its scope are compared with.")


@baseline.command("set")
@click.argument("slug")
@click.argument("sync_run_id", type=int, metavar="SYNC")
@click.option("--name", default="", help="What people call this version.")
@click.option("--reason", default="", help="Why it is set.")
@cli_errors
def set_(slug: str, sync_run_id: int, name: str, reason: str) -> None:
    """Compare every later sync of the scope of SYNC with it: a new version of the baseline."""
    chosen = set_baseline(tenant_by_slug(slug), sync_run_id, name=name, reason=reason)
    click.echo(
        f"Scope {chosen.scope_key}: later syncs are compared with sync {chosen.sync_run_id}, "
        f"version {chosen.version} of the baseline. Findings absorbed: {chosen.absorbed:,}."
    )


@baseline.command("show")
@click.argument("slug")
@click.option("--all", "is_all", is_flag=True, help="Former versions too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def show(slug: str, *, is_all: bool, as_json: bool) -> None:
    """Show the baselines of tenant SLUG."""
    tenant = tenant_by_slug(slug)
    found = baseline_versions(tenant) if is_all else baselines_of(tenant)
    if as_json:
        echo_json([_document(row) for row in found])
        return
    for row in found:
        ended = f", ended {row.ended_at:%Y-%m-%d} by {row.ended_by}" if row.ended_at else ""
        named = f"  {row.name}" if row.name else ""
        click.echo(
            f"{row.scope_key}  v{row.version}  sync {row.sync_run_id}  set by {row.set_by}{ended}{named}"
        )


@baseline.command("clear")
@click.argument("slug")
@click.argument("scope_key", metavar="SCOPE")
@click.option("--reason", default="", help="Why it ends.")
@cli_errors
def clear(slug: str, scope_key: str, reason: str) -> None:
    """Compare the syncs of SCOPE with nothing any more."""
    if not clear_baseline(tenant_by_slug(slug), scope_key, reason=reason):
        raise InvalidInputError(f"tenant {slug!r} has no baseline for scope {scope_key[:40]!r}")
    click.echo(f"Scope {scope_key}: no baseline.")


def _document(row: DriftBaseline) -> JsonObject:
    return {
        "scope_key": row.scope_key,
        "version": row.version,
        "name": row.name,
        "reason": row.reason,
        "sync": row.sync_run_id,
        "set_by": row.set_by,
        "set_at": row.set_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "ended_by": row.ended_by,
        "absorbed": row.absorbed,
    }
