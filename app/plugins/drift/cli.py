"""`flask drift` and `flask findings`."""

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
from app.plugins.drift.baselines import baselines_of, clear_baseline, set_baseline
from app.plugins.drift.findings import FindingFilter, list_findings
from app.plugins.drift.holds.cli import holds
from app.plugins.drift.models import Finding
from app.plugins.drift.pair import latest_pair
from app.plugins.drift.rules.cli import rules

drift = AppGroup("drift", help="What changed between two snapshots.")
drift.add_command(rules)
findings = AppGroup("findings", help="Results of drift generation.")
findings.add_command(holds)


@drift.command("generate")
@click.argument("slug")
@click.option("--baseline", "baseline_run_id", type=int, help="Inventory sync to compare with.")
@click.option("--current", "current_run_id", type=int, help="Inventory sync to look at.")
@click.option("--inline", is_flag=True, help="Execute in this process instead of a worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON document.")
@cli_errors
def generate(
    slug: str, baseline_run_id: int | None, current_run_id: int | None, *, inline: bool, as_json: bool
) -> None:
    """Compare two syncs of tenant SLUG (default: the two latest successful ones) and wait for the end."""
    tenant = tenant_by_slug(slug)
    if (baseline_run_id is None) != (current_run_id is None):
        raise click.UsageError("--baseline and --current go together")
    params = _latest(tenant) if current_run_id is None else _params(baseline_run_id, current_run_id)
    run = start_and_wait(tenant, "drift.generate", params, inline=inline)
    report_run(run, as_json=as_json, findings=run.summary.get("findings", {}))


@drift.group("baseline")
def baseline() -> None:
    """The sync that later ones of its scope are compared with."""


@baseline.command("set")
@click.argument("slug")
@click.argument("sync_run_id", type=int, metavar="SYNC")
@cli_errors
def set_(slug: str, sync_run_id: int) -> None:
    """Compare every later sync of the scope of SYNC with it."""
    chosen = set_baseline(tenant_by_slug(slug), sync_run_id)
    click.echo(f"Scope {chosen.scope_key}: later syncs are compared with sync {chosen.sync_run_id}.")


@baseline.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def show(slug: str, *, as_json: bool) -> None:
    """Show the baselines of tenant SLUG."""
    found = baselines_of(tenant_by_slug(slug))
    if as_json:
        echo_json(
            [
                {
                    "scope_key": row.scope_key,
                    "sync": row.sync_run_id,
                    "set_by": row.set_by,
                    "set_at": row.set_at.isoformat(),
                }
                for row in found
            ]
        )
        return
    for row in found:
        click.echo(f"{row.scope_key}  sync {row.sync_run_id}  set by {row.set_by}")


@baseline.command("clear")
@click.argument("slug")
@click.argument("scope_key", metavar="SCOPE")
@cli_errors
def clear(slug: str, scope_key: str) -> None:
    """Compare the syncs of SCOPE with nothing any more."""
    if not clear_baseline(tenant_by_slug(slug), scope_key):
        raise InvalidInputError(f"tenant {slug!r} has no baseline for scope {scope_key[:40]!r}")
    click.echo(f"Scope {scope_key}: no baseline.")


@findings.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def list_(slug: str, *, as_json: bool) -> None:
    """List every finding of tenant SLUG, most severe first."""
    found = list_findings(tenant_by_slug(slug), FindingFilter(), limit=None)
    if as_json:
        echo_json([_document(finding) for finding in found])
        return
    for finding in found:
        click.echo(
            f"{finding.severity:<9} {finding.change_kind:<10} "
            f"{finding.subject_type:<44} {finding.display_name}"
        )


def _latest(tenant: Tenant) -> JsonObject:
    pair = latest_pair(tenant)
    if pair is None:
        raise InvalidInputError(f"tenant {tenant.slug!r} has fewer than two finished syncs of one scope")
    return _params(pair.baseline.id, pair.current.id)


def _params(baseline_run_id: int | None, current_run_id: int | None) -> JsonObject:
    return {"baseline_run_id": baseline_run_id, "current_run_id": current_run_id}


def _document(finding: Finding) -> JsonObject:
    return {
        "id": finding.id,
        "finding_type": finding.finding_type,
        "change_kind": finding.change_kind,
        "subject_type": finding.subject_type,
        "subject_external_id": finding.subject_external_id,
        "display_name": finding.display_name,
        "collection": finding.collection,
        "severity": finding.severity,
        "severity_rule": finding.severity_rule,
        "status": finding.status,
        "held_by": finding.held_by,
        "fingerprint": finding.fingerprint,
        "changed_paths": finding.changed_paths,
        "baseline_run_id": finding.baseline_run_id,
        "current_run_id": finding.current_run_id,
    }
