"""`flask drift` and `flask findings`."""

from datetime import datetime

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
from app.plugins.drift.acknowledge_cli import acknowledge, unacknowledge
from app.plugins.drift.audit_cli import import_audit
from app.plugins.drift.baseline_cli import baseline
from app.plugins.drift.findings import FindingFilter, list_findings
from app.plugins.drift.holds.cli import holds
from app.plugins.drift.models import Finding
from app.plugins.drift.pair import latest_pair
from app.plugins.drift.rules.cli import rules
from app.plugins.drift.standing import StateFilter
from app.plugins.drift.tenant_cli import compare_tenants

drift = AppGroup("drift", help="What changed between two snapshots.")
drift.add_command(baseline)
drift.add_command(rules)
drift.add_command(compare_tenants)
drift.add_command(import_audit)
findings = AppGroup("findings", help="Results of drift generation.")
findings.add_command(acknowledge)
findings.add_command(unacknowledge)
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


@findings.command("list")
@click.argument("slug")
@click.option(
    "--status",
    default=StateFilter.OPEN.value,
    show_default=True,
    type=click.Choice([str(state) for state in StateFilter]),
    help="Only those that stand so; open is new or acknowledged.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@reading()
@cli_errors
def list_(slug: str, status: str, *, as_json: bool) -> None:
    """List the findings of tenant SLUG, most severe first."""
    found = list_findings(tenant_by_slug(slug), FindingFilter(state=StateFilter(status)), limit=None)
    if as_json:
        echo_json([_document(finding) for finding in found])
        return
    for finding in found:
        click.echo(
            f"{finding.severity:<9} {finding.state:<12} {finding.change_kind:<10} "
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
        "state": finding.state,
        "revision": finding.revision,
        "line": finding.line,
        "acknowledged_until": _moment(finding.acknowledged_until),
        "resolved_at": _moment(finding.resolved_at),
        "absorbed_version": finding.absorbed_version,
        "first_seen": _moment(finding.created_at),
        "last_seen": _moment(finding.updated_at),
        "held_by": finding.held_by,
        "fingerprint": finding.fingerprint,
        "changed_paths": finding.changed_paths,
        "baseline_run_id": finding.baseline_run_id,
        "current_run_id": finding.current_run_id,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
